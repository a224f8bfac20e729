import { chmod, lstat, rm } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { InstallError } from "../../core/errors.ts";

// sun_path holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
const LONGEST_SOCKET_PATH = 103;

function refuse(code: string, message: string, hint: string): never {
  throw new InstallError({ code: `network.${code}`, message, hint });
}

async function requirePrivateFolder(folder: string): Promise<void> {
  const facts = await lstat(folder);
  const mine = process.getuid === undefined || facts.uid === process.getuid();
  if (facts.isDirectory() && mine && (facts.mode & 0o077) === 0) return;
  refuse(
    "socket-folder",
    `${folder} is not a folder that only this user can enter`,
    `Run: chmod 700 ${folder}`,
  );
}

/** The shorter of a socket's absolute path and its path from the working folder. */
export function socketAddress(file: string): string {
  const near = path.relative(process.cwd(), file);
  return near.length < file.length ? near : file;
}

function isAnswered(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socketAddress(file));
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => {
      resolve(false);
    });
  });
}

async function removeStale(file: string): Promise<void> {
  const facts = await lstat(file).catch(() => undefined);
  if (facts === undefined) return;
  if (!facts.isSocket()) refuse("socket-path", `${file} exists and is not a socket`, "Remove it by hand.");
  if (await isAnswered(file)) refuse("socket-busy", `another proxy listens on ${file}`, "Use that one.");
  await rm(file);
}

function listening(server: net.Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      resolve();
    });
    start();
  });
}

/**
 * Listens on a unix socket in a folder that only this user can enter. A socket that nobody answers is replaced. Throws
 * InstallError `network.socket-*`.
 */
export async function listenOnSocket(server: net.Server, file: string): Promise<void> {
  const address = socketAddress(file);
  if (Buffer.byteLength(address) > LONGEST_SOCKET_PATH) {
    refuse(
      "socket-path",
      `${address} is longer than ${LONGEST_SOCKET_PATH} bytes`,
      "Use a shorter state folder.",
    );
  }
  await requirePrivateFolder(path.dirname(file));
  await removeStale(file);
  await listening(server, () => server.listen({ path: address, backlog: 1024 }));
  await chmod(file, 0o600);
}

/** Listens on a free port of 127.0.0.1 and gives it. */
export async function listenOnLoopback(server: net.Server): Promise<number> {
  await listening(server, () => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return address.port;
}
