import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** A whole HTTP/1.1 response as text, for sockets that no longer have a response object. Ends the connection. */
export function renderReply(status: number, body: string, fields: readonly string[] = []): string {
  // The reason phrase is what curl and git show of a refused CONNECT, so the first line of the body goes there too.
  const summary = (body.split("\n")[0] ?? "").replace(/[^\x20-\x7e]/gu, "?").slice(0, 400);
  return [
    `HTTP/1.1 ${status} ${summary === "" ? (STATUS_CODES[status] ?? "Error") : summary}`,
    ...fields,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

const LINGER_MS = 2_000;

/**
 * Sends the last words and closes. What the client still sends is read and dropped for a moment: closing with unread
 * bytes resets the connection, and the client would never see the answer.
 */
export function endWith(socket: Socket, words: string | Buffer): void {
  if (socket.destroyed) return;
  socket.unpipe();
  socket.resume();
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.once("end", () => {
    socket.destroySoon();
  });
  socket.end(words);
}
