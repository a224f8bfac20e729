import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import net from "node:net";
import { homedir } from "node:os";
import path from "node:path";
import { PROGRAM_PATH } from "../../host/node-host.ts";
import { fillProxyCommand, type ParentCommand } from "../../policy/network/parse-proxy-command.ts";
import type { AuthorizedRoute } from "./egress-types.ts";

/** Node makes pipes for descriptors 0 to 2 that go one way; what it makes for others is a pair of sockets. */
const JOIN = 'exec "$@" <&3 >&3 3>&-';

const KILL_MS = 5_000;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there or not executable: the caller says which program it wanted.
  }
}

function findProgram(name: string): string {
  const places = name.startsWith("/") ? [name] : PROGRAM_PATH.map((folder) => path.join(folder, name));
  const found = places.find(isExecutable);
  if (found === undefined) throw new Error(`network.proxyCommand names no program that can be run: ${name}`);
  return found;
}

/** Ends the program with its connection, and what it has started with it. */
function endWithConnection(child: ChildProcess, socket: net.Socket): void {
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  socket.once("close", () => {
    signal("SIGTERM");
    setTimeout(() => {
      signal("SIGKILL");
    }, KILL_MS).unref();
  });
}

/**
 * A connection whose bytes the parent command carries: one run of the program, joined by its standard input and output.
 * Rejects when the program cannot be started; one that fails later ends the connection. Its words on standard error are
 * nobody's.
 */
export function openThroughCommand(parent: ParentCommand, route: AuthorizedRoute): Promise<net.Socket> {
  const [name = "", ...args] = fillProxyCommand(parent, route);
  const child = spawn("/bin/sh", ["-c", JOIN, "sh", findProgram(name), ...args], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: { PATH: PROGRAM_PATH.join(":"), HOME: homedir() },
    cwd: "/",
    detached: true,
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    const socket = child.stdio[3];
    if (!(socket instanceof net.Socket)) {
      reject(new TypeError("Node gave something else than a socket"));
      return;
    }
    socket.on("error", () => undefined);
    // The other side's end is not ours: what is still to be sent gets there.
    socket.allowHalfOpen = true;
    endWithConnection(child, socket);
    child.once("spawn", () => {
      resolve(socket);
    });
  });
}
