import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  type Stats,
} from "node:fs";
import type { FileFacts, FileKind, Host } from "../core/host.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type HostPath, hostPath, joinHost } from "../core/paths.ts";
import { PolicyError } from "../core/errors.ts";

/**
 * Where programs are looked for. Fixed, because PATH can come from a repository's settings; the last entries are
 * Homebrew, NixOS and Guix.
 */
export const PROGRAM_PATH: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/opt/homebrew/bin",
  "/run/current-system/sw/bin",
  "/run/current-system/profile/bin",
];

/** The facts that the environment supplies; the entries pass what they were started with. */
export interface HostEnvironment {
  readonly HOME?: string | undefined;
  readonly CLAUDE_CONFIG_DIR?: string | undefined;
}

const QUIET = { throwIfNoEntry: false } as const;

function absent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

function kindOf(stats: Stats): FileKind {
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isDirectory()) return "directory";
  return stats.isFile() ? "file" : "other";
}

/**
 * The text of a regular file. Opening anything else could wait for ever (a FIFO) or act on a device, and a hook that hangs
 * is given up by the client.
 */
function readRegular(file: string): string {
  const stats = statSync(file);
  if (!stats.isFile()) {
    // Claude Code's own sandbox mounts it over files that are not there.
    if (stats.isCharacterDevice() && stats.rdev === statSync("/dev/null").rdev) return "";
    throw new TypeError(`${file} is no regular file`);
  }
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new TypeError(`${file} is no regular file`);
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}

/** A missing file costs an exception, which is dear: look first. The file may still vanish in between. */
function orAbsent<T>(file: string, read: () => T): T | undefined {
  if (statSync(file, QUIET) === undefined) return undefined;
  try {
    return read();
  } catch (error) {
    if (absent(error)) return undefined;
    throw error;
  }
}

/** Behind a folder that the user may not search, or a loop of links: no command of the user gets there either. */
function outOfReach(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EACCES" || code === "ELOOP" || code === "ENOTDIR";
}

function statsOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, QUIET);
  } catch (error) {
    if (outOfReach(error)) return undefined;
    throw error;
  }
}

/** Asked for a hundred places in each call, of which most are missing: no closures on the way. */
function realPath(file: string): HostPath | undefined {
  try {
    return statSync(file, QUIET) === undefined ? undefined : hostPath(realpathSync.native(file));
  } catch (error) {
    if (absent(error) || outOfReach(error)) return undefined;
    throw error;
  }
}

function inspect(file: string): FileFacts | undefined {
  const stats = statsOf(file);
  if (stats === undefined) return undefined;
  return {
    kind: kindOf(stats),
    size: stats.size,
    identity: `${String(stats.dev)}:${String(stats.ino)}`,
    uid: stats.uid,
    mode: stats.mode & 0o7777,
  };
}

function isExecutable(file: string): boolean {
  try {
    if (statSync(file, QUIET) === undefined) return false; // Sparing the exception, which is dear.
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not found or not executable: the caller reports the program as missing.
  }
}

function findProgram(name: string): HostPath | undefined {
  const found = PROGRAM_PATH.map((folder) => `${folder}/${name}`).find(isExecutable);
  return found === undefined ? undefined : hostPath(found);
}

/**
 * The real machine behind the `Host` interface.
 * @throws PolicyError `host.no-home` when HOME is missing: without it neither secrets nor state can be located.
 */
export function nodeHost(environment: HostEnvironment): Host {
  const home = environment.HOME;
  if (home === undefined || home === "") {
    throw new PolicyError({
      code: "host.no-home",
      message: "HOME is not set",
      hint: "Start Claude Code with HOME set to your home folder.",
    });
  }
  const homePath = hostPath(home);
  const config = environment.CLAUDE_CONFIG_DIR;
  return {
    platform: process.platform === "darwin" ? "darwin" : "linux",
    arch: process.arch,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    home: homePath,
    claudeDir: config === undefined || config === "" ? joinHost(homePath, ".claude") : hostPath(config),
    readText: (file) => orAbsent(file, () => readRegular(file)),
    inspect,
    realPath,
    list: (folder) => orAbsent(folder, () => readdirSync(folder).sort()) ?? [],
    findProgram,
    // node:crypto takes longer to load than all digests of a call together.
    digest: (text) => bytesToHex(sha256(utf8ToBytes(text))),
  };
}
