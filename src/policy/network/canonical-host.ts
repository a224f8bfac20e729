import { InputError } from "../../core/errors.ts";
import { readCanonicalAddress, type IpAddress } from "./ip-address.ts";
import { quoteText } from "./quote-text.ts";

/** A host in its only spelling. `text` is lower-case ASCII without a trailing dot or brackets. */
export type CanonicalHost =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "address"; readonly text: string; readonly address: IpAddress };

const LONGEST_NAME = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
// URL syntax that would end the host early, percent-encoding and zone ids, and everything a resolver or a log could
// read differently: spaces, NUL, control bytes (C0, DEL, C1), line separators.

const FORBIDDEN = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029/?#@\\%<>^|`"'{}*]/u;

function refuse(code: string, host: string, expected: string): never {
  throw new InputError({
    code,
    message: `${quoteText(host)} is not a host: ${expected}`,
    hint: "Write a host name such as example.org, an IPv4 address such as 192.0.2.1, or an IPv6 address such as [2001:db8::1].",
  });
}

/** The global URL class applies UTS 46 (case, width, IDN to punycode) and reads every numeric spelling of IPv4. */
function serialize(host: string): string {
  const bare = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  try {
    return new URL(`http://${bare}/`).hostname;
  } catch {
    return refuse("network.host-malformed", host, "no valid name or address can be read from it");
  }
}

function parseBracketed(serialized: string, host: string): CanonicalHost {
  const address = readCanonicalAddress(serialized.slice(1, -1));
  if (address === undefined) refuse("network.host-malformed", host, "the IPv6 address cannot be read");
  return { kind: "address", text: address.text, address };
}

/**
 * Gives the one spelling of a host on which every decision is taken: case, width, one trailing dot, IDN, and decimal,
 * octal, hex and short IPv4 forms are folded; IPv4-mapped IPv6 becomes IPv4.
 * Throws InputError `network.host-*` for spaces, control bytes, percent-encoding, zone ids, userinfo, paths, ports and
 * names that DNS cannot hold. Parsing its own result gives the same result.
 */
export function parseHost(host: string): CanonicalHost {
  if (host === "" || host.length > 1000) refuse("network.host-length", host, "expected 1 to 253 characters");
  if (FORBIDDEN.test(host)) {
    refuse(
      "network.host-forbidden-character",
      host,
      "it holds a space, a control byte or one of / ? # @ \\ % *",
    );
  }
  if (/^[^[].*\]|^\[.*[^\]]$/u.test(host) || (/:/u.test(host) && host.split(":").length < 3)) {
    refuse("network.host-malformed", host, "expected the host alone, without a port");
  }
  const serialized = serialize(host);
  if (serialized.startsWith("[")) return parseBracketed(serialized, host);
  const address = readCanonicalAddress(serialized);
  if (address !== undefined) return { kind: "address", text: address.text, address };
  const text = serialized.endsWith(".") ? serialized.slice(0, -1) : serialized;
  if (text.length > LONGEST_NAME || !text.split(".").every((label) => LABEL.test(label))) {
    refuse("network.host-malformed", host, "labels hold 1 to 63 letters, digits, hyphens or underscores");
  }
  return { kind: "name", text };
}

/** True for the names that RFC 6761 reserves for loopback; they are never sent to DNS. */
export function isLocalhostName(host: CanonicalHost): boolean {
  return host.kind === "name" && (host.text === "localhost" || host.text.endsWith(".localhost"));
}
