import net from "node:net";
import { socketAddress } from "../proxy/listen-safely.ts";
import { withDeadline } from "../proxy/with-deadline.ts";
import { controlSocket, readLine } from "./control.ts";

function connected(socket: net.Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
}

async function reasonOf(work: () => Promise<unknown>, ms: number): Promise<string | undefined> {
  try {
    await withDeadline(work(), ms);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why the proxy in a folder does not answer within `ms`; undefined when it does. Asks for nothing. */
export async function findSilence(run: string, ms: number): Promise<string | undefined> {
  const socket = net.connect(socketAddress(controlSocket(run)));
  const ask = async (): Promise<void> => {
    await connected(socket);
    const reply = readLine(socket);
    socket.write("{}\n");
    if (!(await reply).startsWith("{")) throw new Error("it answered something else");
  };
  try {
    return await reasonOf(ask, ms);
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
}

/** Why nobody takes a TCP connection there within `ms`; undefined when somebody does. */
export async function findClosedPort(
  { host, port }: { readonly host: string; readonly port: number },
  ms: number,
): Promise<string | undefined> {
  const socket = net.connect({ host, port });
  try {
    return await reasonOf(() => connected(socket), ms);
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
}
