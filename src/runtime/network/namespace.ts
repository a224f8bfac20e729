import { type ChildProcess, spawn } from "node:child_process";
import net from "node:net";
import { ENTRANCE_PORT } from "../../core/network-place.ts";
import { EngineError } from "../../core/errors.ts";
import { PROGRAM_PATH } from "../../host/node-host.ts";
import { withDeadline } from "../proxy/with-deadline.ts";
import { readNetworkNamespace, readStart } from "./process-identity.ts";

/** A network namespace that has nothing but its own loopback, and a socket that listens there. */
export interface Namespace {
  readonly listener: net.Server;
  /** The process that keeps the namespace while no command is in it, as this machine numbers it. */
  readonly keeper: { readonly pid: number; readonly start: string };
  /** Its name in /proc, e.g. `net:[4026532256]`. */
  readonly name: string;
  /** Ends the keeper; the namespace goes with the last process in it. */
  readonly close: () => void;
}

const START_MS = 20_000;

/**
 * Listens, hands the listening socket over to us, and becomes a process that only waits: `cat` on a pipe of ours, which
 * ends with us.
 */
const KEEPER = '"$@" || exit 1; exec 3>&- 4>&- cat';

function failed(reason: string): EngineError {
  return new EngineError({
    code: "network.namespace",
    message: `the project's own network could not be made (${reason})`,
    hint: "To see what is wrong, type: sandhook doctor",
  });
}

function collect(stream: NodeJS.ReadableStream | null | undefined): () => string {
  const parts: string[] = [];
  stream?.on("data", (chunk: Buffer) => parts.push(chunk.toString()));
  return () => parts.join("");
}

function waitForListener(child: ChildProcess, words: () => string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(failed(error.message));
    });
    child.once("exit", (code) => {
      reject(failed(words().trim() || `bwrap ended with ${code ?? "a signal"}`));
    });
    child.once("message", (_, handle) => {
      if (handle instanceof net.Server) resolve(handle);
      else reject(failed("no socket was handed over"));
    });
  });
}

function describeKeeper(info: string): Pick<Namespace, "keeper" | "name"> {
  const pid = (JSON.parse(info) as { "child-pid": number })["child-pid"];
  const start = readStart(pid);
  const name = readNetworkNamespace(pid);
  if (start === undefined || name === undefined || name === readNetworkNamespace("self"))
    throw failed("its keeper has ended");
  return { keeper: { pid, start }, name };
}

/**
 * Makes a network namespace by bubblewrap, which may do so wherever it may sandbox at all, with loopback up. The socket
 * that listens inside is made by this program there (`listen`) and accepted from here: nothing copies bytes in between,
 * and nothing of ours runs where a command could reach it. `program` is the bundle of this program. No `--dev`: for its
 * sake bubblewrap makes a second user namespace, and the one that can be entered would not own the network any more.
 * @throws EngineError `network.namespace`
 */
export async function openNamespace(bubblewrap: string, program: string): Promise<Namespace> {
  const words = [
    ...["--info-fd", "4", "--unshare-user", "--unshare-net", "--cap-drop", "ALL", "--die-with-parent"],
    ...["--new-session", "--ro-bind", "/", "/", "--chdir", "/", "--", "/bin/sh", "-c", KEEPER],
    ...["sh", process.execPath, program, "listen", ENTRANCE_PORT.toString()],
  ];
  const child = spawn(bubblewrap, words, {
    stdio: ["pipe", "ignore", "pipe", "ipc", "pipe"],
    env: { PATH: PROGRAM_PATH.join(":") },
    cwd: "/",
  });
  const [errors, info] = [collect(child.stderr), collect(child.stdio[4] as NodeJS.ReadableStream)];
  try {
    const listener = await withDeadline(waitForListener(child, errors), START_MS);
    return { listener, ...describeKeeper(info()), close: () => child.kill("SIGKILL") };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** The other half, inside the namespace: listens on its loopback and hands the socket to the parent process. */
export function handOverListener(port: number): Promise<void> {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port, backlog: 1024 }, () => {
      process.send?.("listening", server, { keepOpen: false }, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  });
}
