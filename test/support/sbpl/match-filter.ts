import type { Sexp } from "../../../src/engine/seatbelt/sbpl.ts";
import { evaluateValue, type Parameters } from "./evaluate-value.ts";
import type { Request } from "./request.ts";

type Test = (request: Request, operand: string) => boolean;

const subpath = (path: string | undefined, folder: string): boolean =>
  path !== undefined && (path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`));

const regex = (text: string | undefined, pattern: string): boolean =>
  text !== undefined && new RegExp(pattern).test(text);

/** Filters that compare one fact of the request with a string. A list of operands matches when one does. */
const STRING_TESTS: Readonly<Record<string, Test>> = {
  literal: (r, v) => (r.path ?? r.socket) === v,
  subpath: (r, v) => subpath(r.path ?? r.socket, v),
  prefix: (r, v) => (r.path ?? r.socket)?.startsWith(v) ?? false,
  regex: (r, v) => regex(r.path ?? r.socket, v),
  "path-literal": (r, v) => r.socket === v,
  "path-regex": (r, v) => regex(r.socket, v),
  "global-name": (r, v) => r.name === v,
  "global-name-prefix": (r, v) => r.name?.startsWith(v) ?? false,
  "xpc-service-name-prefix": (r, v) => r.name?.startsWith(v) ?? false,
  "sysctl-name": (r, v) => r.name === v,
  "sysctl-name-prefix": (r, v) => r.name?.startsWith(v) ?? false,
  "preference-domain": (r, v) => r.name === v,
  "ipc-posix-name": (r, v) => r.name === v,
  "ipc-posix-name-prefix": (r, v) => r.name?.startsWith(v) ?? false,
  "iokit-user-client-class": (r, v) => r.name === v,
  "iokit-registry-entry-class": (r, v) => r.name === v,
  "vnode-type": (r, v) => r.vnodeType === v,
  "socket-domain": (r, v) => r.domain === v,
  "socket-protocol": (r, v) => r.socketProtocol === v,
  target: (r, v) => r.target === v || (v === "same-sandbox" && r.target === "self"),
};

/** `HOST:PORT` where the host is `*` or `localhost`, the only two that the language takes. */
function matchAddress(address: string | undefined, pattern: string): boolean {
  const [, host, port] = /^(\*|localhost):(\*|\d+)$/.exec(pattern) ?? [];
  if (host === undefined) throw new Error(`bad address ${pattern}: the host must be * or localhost`);
  if (address === undefined) return false;
  const at = address.lastIndexOf(":");
  const local = ["localhost", "127.0.0.1", "::1"].includes(address.slice(0, at));
  return (host === "*" || local) && (port === "*" || port === address.slice(at + 1));
}

function matchEnd(request: Request, operands: readonly Sexp[], parameters: Parameters): boolean {
  const [kind, operand] = operands;
  const name = kind?.kind === "symbol" ? kind.name : "";
  if (name === "unix-socket") {
    return (
      request.socket !== undefined && (operand === undefined || matchFilter(request, operand, parameters))
    );
  }
  if (!["ip", "tcp", "udp"].includes(name)) throw new Error(`unknown end of a connection: ${name}`);
  if (name !== "ip" && request.protocol !== name) return false;
  if (operand === undefined) return request.address !== undefined;
  return matchAddress(request.address, evaluateValue(operand, parameters));
}

/** True when one filter expression matches. Throws for a filter that the language is not known to have. */
export function matchFilter(request: Request, filter: Sexp, parameters: Parameters): boolean {
  if (filter.kind !== "list") throw new Error("a filter is a list");
  const [head, ...operands] = filter.items;
  const name = head?.kind === "symbol" ? head.name : "";
  const nested = (item: Sexp) => matchFilter(request, item, parameters);
  if (name === "require-all") return operands.every(nested);
  if (name === "require-any") return operands.some(nested);
  if (name === "require-not") return !operands.some(nested);
  if (name === "remote" || name === "local") return matchEnd(request, operands, parameters);
  const test = STRING_TESTS[name];
  if (test === undefined) throw new Error(`unknown filter (${name} …)`);
  return operands.some((operand) => test(request, evaluateValue(operand, parameters)));
}
