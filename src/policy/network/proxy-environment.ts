import { PolicyError } from "../../core/errors.ts";
import { quoteText } from "./quote-text.ts";

export interface ProxyEntrance {
  /** Where the forwarder (or the proxy itself) listens, as the sandboxed command sees it. Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** Only where the entrance is shared; a sandbox with its own socket needs none. */
  readonly credential?: { readonly user: string; readonly password: string };
  /** A program that joins stdin and stdout with `host port` through the proxy, for ssh. Without it ssh is left alone. */
  readonly connectProgram?: readonly string[];
  /** What the command would have had; kept in front of what is added. */
  readonly javaToolOptions?: string;
}

// The sandbox's own loopback: dev servers of the same command. Nothing else is exempt, and in a sandbox without a route
// an exemption reaches nothing.
const DIRECT = ["localhost", "127.0.0.1", "::1"];
const PLAIN_WORD = /^[\w./:@+=-]+$/u;

function renderUrl({ host = "127.0.0.1", port, credential }: ProxyEntrance): string {
  const { user, password } = credential ?? { user: "", password: "" };
  const login =
    credential === undefined ? "" : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return `http://${login}${host}:${port}`;
}

/** ssh hands ProxyCommand to a shell, and git hands GIT_SSH_COMMAND to another: words that need quoting are refused. */
function renderSsh(program: readonly string[]): Record<string, string> {
  const odd = program.find((word) => !PLAIN_WORD.test(word));
  if (odd !== undefined) {
    throw new PolicyError({
      code: "network.connect-program",
      message: `${quoteText(odd)} cannot be part of the program that ssh connects with`,
      hint: "Install sandhook in a folder whose path has no spaces or quotes.",
    });
  }
  return { GIT_SSH_COMMAND: `ssh -o ProxyCommand='${program.join(" ")} %h %p'` };
}

function renderJava({ host = "127.0.0.1", port, javaToolOptions }: ProxyEntrance): string {
  const properties = ["http", "https"].flatMap((scheme) => [
    `-D${scheme}.proxyHost=${host}`,
    `-D${scheme}.proxyPort=${port}`,
  ]);
  const direct = "-Dhttp.nonProxyHosts=localhost|127.*|[::1]";
  return [...(javaToolOptions === undefined ? [] : [javaToolOptions]), ...properties, direct].join(" ");
}

/** Upper and lower case: curl reads only `http_proxy`, Go and Python either, others only capitals. */
function bothCases(name: string, value: string): Record<string, string> {
  return { [name]: value, [name.toUpperCase()]: value };
}

/**
 * The variables that make common tools use the proxy. Convenience, not enforcement: a tool that ignores them reaches
 * nothing. Throws PolicyError `network.connect-program`.
 */
export function proxyEnvironment(entrance: ProxyEntrance): Readonly<Record<string, string>> {
  const url = renderUrl(entrance);
  const direct = DIRECT.join(",");
  return {
    ...bothCases("http_proxy", url),
    ...bothCases("https_proxy", url),
    // http, not socks5h: Python's httpx and requests fail at start on a SOCKS URL unless an extra package is installed.
    ...bothCases("all_proxy", url),
    ...bothCases("no_proxy", direct),
    ...bothCases("grpc_proxy", url),
    npm_config_proxy: url,
    npm_config_https_proxy: url,
    npm_config_noproxy: direct,
    YARN_HTTP_PROXY: url,
    YARN_HTTPS_PROXY: url,
    PIP_PROXY: url,
    CARGO_HTTP_PROXY: url,
    // libgit2 inside cargo reads none of these variables; git does.
    CARGO_NET_GIT_FETCH_WITH_CLI: "true",
    // Node 22.21 and 24: fetch and http honour the variables above.
    NODE_USE_ENV_PROXY: "1",
    ELECTRON_GET_USE_PROXY: "1",
    RSYNC_PROXY: url.slice("http://".length),
    JAVA_TOOL_OPTIONS: renderJava(entrance),
    ...(entrance.connectProgram === undefined ? {} : renderSsh(entrance.connectProgram)),
  };
}
