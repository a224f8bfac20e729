import net from "node:net";
import path from "node:path";
import { EngineError } from "../../core/errors.ts";
import { socketAddress } from "../proxy/listen-safely.ts";
import { withDeadline } from "../proxy/with-deadline.ts";

/** What the runner asks the resident proxy for: a door for a project. */
export interface DoorRequest {
  /** `namespace`: bubblewrap enters it. `socket`: a container mounts its folder. `port`: seatbelt reaches it. */
  readonly kind: "namespace" | "socket" | "port";
  /** The project's key. */
  readonly key: string;
  /** Only for a socket: the container's state file, which says whether the container still lives. */
  readonly state?: string;
}

/** What it answers, as one line of JSON. */
export type DoorReply = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const ANSWER_MS = 30_000;
const LONGEST = 4096;

/** Where the proxy listens for requests. */
export function controlSocket(run: string): string {
  return path.join(run, "control");
}

/** Reads one line, or all there is until the other side ends. Rejects beyond 4 KiB, and when the connection fails. */
export function readLine(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.length > LONGEST) socket.destroy(new Error("the message is too long"));
      else if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    socket.once("error", reject);
    socket.once("end", () => {
      resolve(text);
    });
    socket.once("close", () => {
      reject(new Error("the connection was closed"));
    });
  });
}

/**
 * Asks the proxy that listens in the folder. Undefined: nobody listens there.
 * @throws EngineError `network.refused` with the proxy's reason
 */
export async function requestDoor(run: string, request: DoorRequest): Promise<"open" | undefined> {
  const socket = net.connect(socketAddress(controlSocket(run)));
  socket.on("error", () => undefined);
  let text: string;
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    text = await withDeadline(readLine(socket), ANSWER_MS);
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
  if (text === "") return undefined;
  const reply = JSON.parse(text) as DoorReply;
  if (reply.ok) return "open";
  throw new EngineError({
    code: "network.refused",
    message: `the network proxy has no way in for this project (${reply.reason})`,
    hint: "To see what is wrong, type: sandhook doctor",
  });
}
