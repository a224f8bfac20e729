import { once } from "node:events";
import net from "node:net";
import { readHead } from "../../src/runtime/proxy/read-head.ts";

export interface OpenedTunnel {
  readonly socket: net.Socket;
  /** Status line and fields of the proxy's answer. */
  readonly head: string;
}

/** A client that asks for a tunnel and waits for the answer, as tools do. */
export async function openTunnelTo(
  door: string | number,
  authority: string,
  fields = "",
): Promise<OpenedTunnel> {
  const where = typeof door === "string" ? { path: door } : { port: door, host: "127.0.0.1" };
  const socket = net.connect({ ...where, allowHalfOpen: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${fields}\r\n`);
  const head = await readHead(socket, { bytes: 16_384, ms: 60_000 });
  return { socket, head };
}

/** All that a socket still sends, until it ends or breaks. */
export async function drain(socket: net.Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on("data", (chunk) => parts.push(chunk));
  socket.resume();
  if (!socket.closed && !socket.readableEnded) {
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        resolve();
      };
      socket.once("end", finish).once("close", finish);
    });
  }
  return Buffer.concat(parts).toString("latin1");
}
