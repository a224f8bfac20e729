import type net from "node:net";
import {
  BadFrame,
  decodeRequest,
  encodeAnswer,
  lengthOfRequest,
  REQUEST_HEAD,
  type ResidentAnswer,
  type ResidentRequest,
} from "./frame.ts";

/** Milliseconds for a client to send its request, and to take its answer. */
const PATIENCE_MS = 5_000;

/** At most this many clients at a time; the kernel turns further ones away, who then take the slow path. */
const MOST_CLIENTS = 256;

/**
 * Reads one request from each connection and sends what `answer` gives. A connection that sends anything else is closed
 * without an answer.
 */
export function serveConnections(
  server: net.Server,
  answer: (request: ResidentRequest) => ResidentAnswer,
): void {
  server.maxConnections = MOST_CLIENTS;
  server.on("connection", (socket) => {
    const parts: Buffer[] = [];
    let length = 0;
    let needed = REQUEST_HEAD;
    const limit = setTimeout(() => socket.destroy(), PATIENCE_MS);
    limit.unref();
    socket.on("close", () => {
      clearTimeout(limit);
    });
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.on("data", (part) => {
      parts.push(part);
      length += part.length;
      if (length < needed) return;
      try {
        const whole = Buffer.concat(parts.splice(0));
        needed = lengthOfRequest(whole);
        if (length < needed) {
          parts.push(whole);
          return;
        }
        const request = decodeRequest(whole);
        socket.removeAllListeners("data");
        socket.end(encodeAnswer(request.nonce, answer(request)));
      } catch (error) {
        socket.destroy();
        if (!(error instanceof BadFrame)) throw error;
      }
    });
  });
}
