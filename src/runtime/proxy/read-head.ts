import type { Socket } from "node:net";

export interface HeadLimits {
  readonly bytes: number;
  /** Milliseconds until the head must be complete. */
  readonly ms: number;
}

const END = Buffer.from("\r\n\r\n");

/**
 * Collects bytes until `measure` says how many of them belong together, and puts the rest back. Rejects on a stream
 * that ends early, on more than `limits.bytes`, and after `limits.ms`. The socket is paused afterwards.
 */
export function readUntil(
  socket: Socket,
  limits: HeadLimits,
  measure: (seen: Buffer) => number | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      socket.off("data", take).off("end", ended).off("close", ended).off("error", fail);
      socket.pause();
      finish();
    };
    const fail = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    const ended = (): void => {
      fail(new Error("the stream ended early"));
    };
    const take = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      try {
        const length = measure(seen);
        if (length === undefined) {
          if (seen.length > limits.bytes) throw new Error(`more than ${limits.bytes} bytes`);
          return;
        }
        settle(() => {
          if (seen.length > length) socket.unshift(seen.subarray(length));
          resolve(seen.subarray(0, length));
        });
      } catch (error) {
        fail(error instanceof Error ? error : new Error("unreadable"));
      }
    };
    const timer = setTimeout(() => {
      fail(new Error(`nothing complete within ${limits.ms} ms`));
    }, limits.ms);
    socket.on("data", take).once("end", ended).once("close", ended).once("error", fail);
    socket.resume();
  });
}

/** Reads an HTTP/1 head as Latin-1 text, the empty line included. Rejects as `readUntil` does. */
export async function readHead(socket: Socket, limits: HeadLimits): Promise<string> {
  const head = await readUntil(socket, limits, (seen) => {
    const at = seen.indexOf(END);
    return at < 0 ? undefined : at + END.length;
  });
  return head.toString("latin1");
}
