import { randomBytes } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import net from "node:net";
import { type HostPath, joinHost } from "../../core/paths.ts";
import { decodeAnswer, encodeRequest, type ResidentAnswer, type Verb } from "./frame.ts";
import { SECRET, SOCKET } from "./place.ts";
import type { ResidentStatus } from "./serve.ts";

const PATIENCE_MS = 5_000;

/** The folders of the resident processes of a user, of every installed version; most have nobody in them. */
export function residentFolders(state: HostPath): HostPath[] {
  const parent = joinHost(state, "resident");
  try {
    return readdirSync(parent).map((name) => joinHost(parent, name));
  } catch {
    return []; // None has ever been started.
  }
}

/** True when only the user can have made what listens there. */
function isPrivate(folder: HostPath): boolean {
  const facts = lstatSync(folder);
  return facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o077) === 0;
}

/** A socket's address holds 107 bytes: the folder is named by a descriptor, so that its path may be longer. */
async function talk(folder: HostPath, request: Buffer): Promise<Buffer> {
  const descriptor = openSync(folder, "r");
  try {
    return await exchange(`/proc/self/fd/${descriptor}/${SOCKET}`, request);
  } finally {
    closeSync(descriptor);
  }
}

function exchange(address: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = net.connect(address, () => socket.write(request));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("it does not answer")));
    socket.on("data", (part) => parts.push(part));
    socket.once("end", () => {
      resolve(Buffer.concat(parts));
    });
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error("the connection was closed"));
    });
  });
}

/**
 * Asks the resident process of a folder how it is, or to end (it still answers). Undefined: nobody listens there.
 * Rejects when it does not answer, or says something else.
 */
export async function talkToResident(
  folder: HostPath,
  verb: Exclude<Verb, "decide">,
): Promise<ResidentStatus | undefined> {
  const nonce = randomBytes(16);
  let answer: ResidentAnswer | undefined;
  try {
    if (!isPrivate(folder)) throw new Error(`${folder} is not a folder that only this user can enter`);
    const secret = readFileSync(joinHost(folder, SECRET), "utf8");
    const fields = {
      verb,
      secret,
      libexec: "",
      libexecReal: "",
      identity: "",
      pid: process.pid,
      deadline: 1,
    };
    const request = encodeRequest({ nonce, ...fields, variables: {}, event: "" });
    answer = decodeAnswer(await talk(folder, request), nonce);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ECONNREFUSED") return undefined;
    throw error;
  }
  if (answer?.kind === "answer") return JSON.parse(answer.text) as ResidentStatus;
  throw new Error(answer?.text ?? "it answered with something else");
}
