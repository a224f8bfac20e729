import { describe, expect, it } from "vitest";
import { proxyEnvironment } from "../../../src/policy/network/proxy-environment.ts";

describe("proxyEnvironment", () => {
  it("spells the proxy for every tool it knows", () => {
    const url = "http://127.0.0.1:3128";
    const direct = "localhost,127.0.0.1,::1";
    expect(
      proxyEnvironment({ port: 3128, connectProgram: ["/opt/sandhook/forward", "connect", "3128"] }),
    ).toEqual({
      http_proxy: url,
      HTTP_PROXY: url,
      https_proxy: url,
      HTTPS_PROXY: url,
      all_proxy: url,
      ALL_PROXY: url,
      no_proxy: direct,
      NO_PROXY: direct,
      grpc_proxy: url,
      GRPC_PROXY: url,
      npm_config_proxy: url,
      npm_config_https_proxy: url,
      npm_config_noproxy: direct,
      YARN_HTTP_PROXY: url,
      YARN_HTTPS_PROXY: url,
      PIP_PROXY: url,
      CARGO_HTTP_PROXY: url,
      CARGO_NET_GIT_FETCH_WITH_CLI: "true",
      NODE_USE_ENV_PROXY: "1",
      ELECTRON_GET_USE_PROXY: "1",
      RSYNC_PROXY: "127.0.0.1:3128",
      JAVA_TOOL_OPTIONS:
        "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128 -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128 -Dhttp.nonProxyHosts=localhost|127.*|[::1]",
      GIT_SSH_COMMAND: "ssh -o ProxyCommand='/opt/sandhook/forward connect 3128 %h %p'",
    });
  });

  it("escapes a credential and keeps the caller's Java options", () => {
    const environment = proxyEnvironment({
      host: "localhost",
      port: 1,
      credential: { user: "a@b", password: "c:d/e" },
      javaToolOptions: "-Xmx1g",
    });
    expect(environment["HTTPS_PROXY"]).toBe("http://a%40b:c%3Ad%2Fe@localhost:1");
    expect(environment["JAVA_TOOL_OPTIONS"]).toMatch(/^-Xmx1g -Dhttp\.proxyHost=localhost /u);
    expect(environment).not.toHaveProperty("GIT_SSH_COMMAND");
  });

  it.each(["/a b/forward", "x'y", "$(id)", "a;b", ""])(
    "refuses the connect program %j, which a shell would read",
    (word) => {
      expect(() => proxyEnvironment({ port: 1, connectProgram: [word] })).toThrow(
        expect.objectContaining({ code: "network.connect-program" }) as Error,
      );
    },
  );
});
