import { InputError } from "../../core/errors.ts";
import { parseHost } from "./canonical-host.ts";
import { isPublicSuffix } from "./public-suffix.ts";
import { quoteText } from "./quote-text.ts";

/** One entry of `network.allowedDomains` or `network.deniedDomains`, read once when the config is loaded. */
export interface DomainRule {
  /** As the user wrote it; named in every decision. */
  readonly text: string;
  /** `exact`: this host only, name or address. `subdomains`: any name below `host`, never `host` itself. */
  readonly kind: "exact" | "subdomains";
  readonly host: string;
  /** Undefined: an allowing rule means `network.allowedPorts`, a denying rule means every port. */
  readonly port: number | undefined;
}

const HINT =
  "Write an exact host (example.org), its subdomains (*.example.org), an address (192.0.2.1, [2001:db8::1]), each with an optional :port.";
const SHAPE = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>[^:]*))?$/u;

function refuse(code: string, text: string, reason: string): never {
  throw new InputError({
    code: `network.rule-${code}`,
    message: `The domain rule ${quoteText(text)} cannot be used: ${reason}`,
    hint: HINT,
  });
}

/** Reads a port between 1 and 65535 in plain decimal; undefined for anything else. */
export function readPort(text: string): number | undefined {
  const port = /^[1-9]\d{0,4}$/u.test(text) ? Number(text) : undefined;
  return port !== undefined && port <= 65535 ? port : undefined;
}

function requireHost(text: string, host: string): ReturnType<typeof parseHost> {
  try {
    return parseHost(host);
  } catch (error) {
    const reason = error instanceof InputError ? error.message : "its host cannot be read";
    return refuse("malformed", text, reason);
  }
}

function parseWildcard(text: string, host: string): Pick<DomainRule, "kind" | "host"> {
  const base = requireHost(text, host.slice(2));
  if (base.kind === "address") refuse("wildcard-address", text, "an address has no subdomains");
  if (isPublicSuffix(base.text)) {
    refuse(
      "wildcard-too-wide",
      text,
      `anyone can register a name below ${base.text}; name the hosts you mean`,
    );
  }
  return { kind: "subdomains", host: base.text };
}

function parseExact(text: string, host: string): Pick<DomainRule, "kind" | "host"> {
  const parsed = requireHost(text, host);
  const written = host.replace(/^\[|\]$/gu, "").toLowerCase();
  if (parsed.kind === "address" && parsed.address.version === 4 && written !== parsed.text) {
    refuse("address-spelling", text, `it means the address ${parsed.text}; write that`);
  }
  return { kind: "exact", host: parsed.text };
}

/**
 * Reads one domain rule. Throws InputError `network.rule-*` for anything outside the grammar: schemes, paths, userinfo,
 * spaces, control bytes, other uses of `*`, wildcards over public suffixes, numeric spellings of IPv4.
 */
export function parseDomainRule(text: unknown): DomainRule {
  if (typeof text !== "string") refuse("malformed", String(text), "expected text");
  if (text === "*") refuse("wildcard-too-wide", text, 'to reach every host, set network.mode to "open"');
  if (text.includes("://")) refuse("scheme", text, "a rule has no scheme");
  const groups = SHAPE.exec(text)?.groups;
  const host = groups?.["host"] ?? "";
  if (groups === undefined) refuse("malformed", text, "an IPv6 address is written in brackets");
  const portText = groups["port"];
  const port = portText === undefined ? undefined : readPort(portText);
  if (portText !== undefined && port === undefined)
    refuse("port", text, "expected a port between 1 and 65535");
  const matcher = host.startsWith("*.") ? parseWildcard(text, host) : parseExact(text, host);
  return { text, ...matcher, port };
}
