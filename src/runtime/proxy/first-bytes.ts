import { readClientHello } from "./client-hello.ts";

/** What a client starts a tunnel with, as far as it names a host. */
export type FirstBytes =
  | { readonly kind: "tls"; readonly length: number; readonly name: string | undefined }
  | { readonly kind: "http"; readonly length: number; readonly name: string }
  | { readonly kind: "other"; readonly length: number }
  | { readonly kind: "malformed"; readonly length: number; readonly reason: string };

const TLS_HANDSHAKE = 0x16;
const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "PATCH",
  "TRACE",
  "PROPFIND",
  "REPORT",
  "MKCOL",
];
const HEAD_END = "\r\n\r\n";

function looksLikeHttp(text: string): "yes" | "no" | "perhaps" {
  const starts = METHODS.map((method) => `${method} `);
  if (starts.some((start) => text.startsWith(start))) return "yes";
  return starts.some((start) => start.startsWith(text)) ? "perhaps" : "no";
}

function malformed(length: number, reason: string): FirstBytes {
  return { kind: "malformed", length, reason };
}

function readHttp(text: string): FirstBytes | undefined {
  const end = text.indexOf(HEAD_END);
  const head = end < 0 ? text : text.slice(0, end);
  // Servers differ on bare LF, bare CR and folded lines; a head that can be read in two ways is not passed on.
  if (/(?<!\r)\n|\r(?!\n|$)|\r\n[ \t]|\0/u.test(head))
    return malformed(text.length, "its lines are ambiguous");
  if (end < 0) return undefined;
  const [requestLine = "", ...fields] = head.split("\r\n");
  if (!/^[A-Z]+ (?:\/\S*|\*) HTTP\/1\.[01]$/u.test(requestLine))
    return malformed(end, "its request line is odd");
  if (!fields.every((field) => /^[!#$%&'*+.^_`|~\w-]+:/u.test(field)))
    return malformed(end, "a header is odd");
  const hosts = fields.filter((field) => /^host:/iu.test(field)).map((field) => field.slice(5).trim());
  const [name, second] = hosts;
  if (name === undefined || second !== undefined) return malformed(end, "it needs exactly one Host header");
  return { kind: "http", length: end + HEAD_END.length, name };
}

/**
 * Classifies the first bytes of a tunnel. Gives undefined while more bytes are needed. `length` counts the bytes that
 * were judged; the rest has still to be passed on.
 */
export function classifyFirstBytes(seen: Buffer): FirstBytes | undefined {
  if (seen[0] === TLS_HANDSHAKE) {
    try {
      const hello = readClientHello(seen);
      return hello && { kind: "tls", length: hello.length, name: hello.serverName };
    } catch {
      return malformed(seen.length, "its TLS ClientHello cannot be read");
    }
  }
  const text = seen.toString("latin1");
  const http = looksLikeHttp(text);
  if (http === "yes") return readHttp(text);
  return http === "perhaps" ? undefined : { kind: "other", length: seen.length };
}
