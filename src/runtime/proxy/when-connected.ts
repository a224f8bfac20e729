import type net from "node:net";

/** Resolves when the socket is connected; destroys it and rejects on failure or after `ms` milliseconds. */
export function whenConnected(
  socket: net.Socket,
  ms: number,
  event: "connect" | "secureConnect" = "connect",
): Promise<void> {
  // For the whole life of the socket: an error without a listener would end the process, and with it every sandbox.
  socket.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${ms} ms`));
    }, ms);
    const fail = (error?: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error ?? new Error("closed before it was connected"));
    };
    const closed = (): void => {
      fail();
    };
    socket.once("error", fail).once("close", closed);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off("error", fail).off("close", closed);
      resolve();
    });
  });
}
