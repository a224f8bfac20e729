import { readPort } from "../../policy/network/parse-domain-rule.ts";
import type { Destination } from "../../policy/network/decide-destination.ts";
import { readDestination } from "./authorize-destination.ts";
import { malformedError } from "./egress-error.ts";
import { quoteText } from "../../policy/network/quote-text.ts";

const AUTHORITY = /^(?<host>\[[^[\]]*\]|[^:[\]]*)(?::(?<port>\d*))?$/u;

/** Reads `host`, `host:port` or `[v6]:port`. Without a port it takes `defaultPort`. Throws EgressError `malformed`. */
export function parseAuthority(text: string, defaultPort?: number): Destination {
  const groups = AUTHORITY.exec(text)?.groups;
  const portText = groups?.["port"];
  const port = portText === undefined ? defaultPort : readPort(portText);
  if (groups === undefined || port === undefined) {
    throw malformedError(`${quoteText(text)} is not host:port`);
  }
  return readDestination(groups["host"] ?? "", port);
}

export interface HttpTarget {
  readonly destination: Destination;
  /** Origin-form: path and query. */
  readonly path: string;
}

/** Reads an absolute-form request target (RFC 9112 §3.2.2), plain http only. Throws EgressError `malformed`. */
export function parseHttpTarget(text: string): HttpTarget {
  const [, authority, rest] = /^http:\/\/([^/?#]*)([^#]*)$/iu.exec(text) ?? [];
  if (authority === undefined || rest === undefined) {
    const shown = quoteText(text);
    throw malformedError(`${shown} is not an absolute http:// target; other schemes go through CONNECT`);
  }
  const path = rest.startsWith("/") ? rest : `/${rest}`;
  return { destination: parseAuthority(authority, 80), path };
}

/** Header fields in the order sent, name and value alternating, as Node gives them. */
export type RawHeaders = readonly string[];

/** Every value of a header. */
export function headerValues(raw: RawHeaders, name: string): string[] {
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name);
}

/**
 * Checks that the Host header means the same as the target. `required`: HTTP/1.1 requests must have one. A missing port
 * means `defaultPort`. Throws EgressError `malformed` for two of them or for another host.
 */
export function requireSameHost(
  raw: RawHeaders,
  target: Destination,
  options: { readonly required: boolean; readonly defaultPort: number },
): void {
  const [value, second] = headerValues(raw, "host");
  if (value === undefined && !options.required) return;
  if (value === undefined || second !== undefined) throw malformedError("it needs exactly one Host header");
  const named = parseAuthority(value, options.defaultPort);
  if (named.host.text === target.host.text && named.port === target.port) return;
  throw malformedError(`the Host header ${quoteText(value)} is not the host of the request target`);
}
