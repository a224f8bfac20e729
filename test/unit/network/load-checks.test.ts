import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { SandhookSettings } from "../../../src/config/schema.ts";
import { parseNativeSettings } from "../../../src/config/native-settings.ts";
import { hostPath } from "../../../src/core/paths.ts";
import { nodeHost } from "../../../src/host/node-host.ts";
import { fillProxyCommand, parseProxyCommand } from "../../../src/policy/network/parse-proxy-command.ts";
import { planNetwork } from "../../../src/policy/plan-network.ts";
import { layer } from "../../support/config-layers.ts";

const FILE = hostPath("/settings/user.json");

function plan(
  network: SandhookSettings["network"],
  sandbox?: unknown,
): ReturnType<typeof planNetwork>["network"] {
  const native = sandbox === undefined ? undefined : parseNativeSettings({ sandbox }, FILE);
  const config = resolveConfig([{ ...layer("user", network === undefined ? {} : { network }), native }]);
  const host = { ...nodeHost({ HOME: "/" }), platform: "linux" as const };
  return planNetwork({ host, config, root: hostPath("/nowhere"), engine: "bubblewrap" }).network;
}

describe("entries of the network", () => {
  it.each<[SandhookSettings["network"], string]>([
    [{ allowedDomains: ["*.com"] }, '/settings/user.json: The domain rule "*.com" cannot be used'],
    [{ deniedDomains: ["https://a.test"] }, '/settings/user.json: The domain rule "https://a.test"'],
    [{ presets: ["nmp"] }, '/settings/user.json: There is no network preset "nmp"'],
    [
      { parentProxy: "http://me:secret@proxy.test/path" },
      "/settings/user.json: network.parentProxy is not the URL",
    ],
    [{ proxyCommand: ["nc", "%h"] }, "needs %h and %p"],
    [{ proxyCommand: ["./nc", "%h", "%p"] }, "a name or an absolute path"],
    [{ proxyCommand: ["%h", "%p"] }, "a name or an absolute path"],
    [{ proxyCommand: ["nc", "%h", "%p", "%r"] }, "%r means nothing"],
    [{ parentProxy: "http://p.test", proxyCommand: ["nc", "%h", "%p"] }, "not through both"],
  ])("are checked when they are read: %j", (network, words) => {
    expect(() => plan(network)).toThrow(words);
  });

  it("never say what a password is", () => {
    expect(() => plan({ parentProxy: "http://me:secret@proxy.test/path" })).not.toThrow("secret");
  });

  it("of Claude Code's own settings grant nothing where they cannot be read, and deny or refuse", () => {
    const found = plan(undefined, { network: { allowedDomains: ["*", "a.test", "*.com"] } });
    expect(found.mode === "allowlist" && found.rules?.allowedDomains).toEqual(["a.test"]);
    expect(() => plan(undefined, { network: { deniedDomains: ["*"] } })).toThrow('The domain rule "*"');
  });
});

describe("fillProxyCommand", () => {
  it("puts host and port into words, and nothing else", () => {
    const command = parseProxyCommand(["ssh", "-W", "%h:%p", "100%%", "$&"]);
    expect(fillProxyCommand(command, { host: "$1.test", port: 22 })).toEqual([
      "ssh",
      "-W",
      "$1.test:22",
      "100%",
      "$&",
    ]);
  });
});
