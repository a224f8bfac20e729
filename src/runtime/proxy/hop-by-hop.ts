import type { RawHeaders } from "./request-target.ts";

// RFC 9110 §7.6.1, and the fields that speak to this proxy. Upgrade goes too: protocols that switch use CONNECT.
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The fields that go on to the next hop, in order: without hop-by-hop fields, those that Connection names, and `drop`. */
export function endToEndHeaders(raw: RawHeaders, drop: readonly string[] = []): string[] {
  const named = raw.flatMap((value, index) =>
    index % 2 === 1 && raw[index - 1]?.toLowerCase() === "connection"
      ? value.split(",").map((token) => token.trim().toLowerCase())
      : [],
  );
  // Content-Length frames the message: a Connection header that names it must not make two hops disagree on its end.
  const gone = new Set([...HOP_BY_HOP, ...named.filter((name) => name !== "content-length"), ...drop]);
  return raw.filter((_, index) => !gone.has((raw[index % 2 === 0 ? index : index - 1] ?? "").toLowerCase()));
}
