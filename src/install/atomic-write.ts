import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { isAlive } from "../runtime/network/process-identity.ts";
import { isAbsent, onMachine } from "./machine-errors.ts";

const MARK = ".sandhook-";

/** What a replaced file keeps of the one before it. */
export interface FileAttributes {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface WriteOptions extends FileAttributes {
  /** Asked last, right before the new file takes its name; false leaves everything as it is. */
  readonly stillWanted?: () => boolean;
}

/**
 * Puts a file in place in one step: a reader sees the old bytes or the new ones, also after a crash. Gives false when
 * `stillWanted` said no.
 * @throws InstallError `machine.*`
 */
export function writeAtomically(file: string, content: string | Uint8Array, options: WriteOptions): boolean {
  return onMachine(file, () => {
    const temporary = temporaryName(file);
    try {
      writeDurably(temporary, content, options);
      if (options.stillWanted?.() === false) return false;
      renameSync(temporary, file);
      syncFolder(path.dirname(file));
      return true;
    } finally {
      rmSync(temporary, { force: true });
    }
  });
}

/**
 * Makes `link` a symlink to `target`, replacing another link or file in one step. Gives true when that changed
 * something.
 * @throws InstallError `machine.*`
 */
export function ensureLink(link: string, target: string): boolean {
  return onMachine(link, () => {
    if (linkTarget(link) === target) return false;
    const temporary = temporaryName(link);
    symlinkSync(target, temporary);
    try {
      renameSync(temporary, link);
    } finally {
      rmSync(temporary, { force: true });
    }
    syncFolder(path.dirname(link));
    return true;
  });
}

/** What a symlink says; undefined when there is none. */
export function linkTarget(link: string): string | undefined {
  try {
    return lstatSync(link).isSymbolicLink() ? readlinkSync(link) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Makes a folder and its parents; gives the outermost one that had to be made. */
export function ensureFolder(folder: string, mode = 0o755): string | undefined {
  return onMachine(folder, () => {
    const made = mkdirSync(folder, { recursive: true, mode });
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    return made;
  });
}

/** Takes away what a killed process left beside a file. */
export function sweepTemporaries(file: string): void {
  const [folder, prefix] = [path.dirname(file), `.${path.basename(file)}${MARK}`];
  for (const name of namesIn(folder)) {
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (name.startsWith(prefix) && !isAlive(pid)) rmSync(path.join(folder, name), { force: true });
  }
}

/** Names in a folder; none when it does not exist. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function temporaryName(file: string): string {
  const unique = `${String(process.pid)}-${randomBytes(4).toString("hex")}`;
  return path.join(path.dirname(file), `.${path.basename(file)}${MARK}${unique}`);
}

/** Writes and flushes a new file; fails when the name is taken. */
export function writeDurably(file: string, content: string | Uint8Array, attributes: FileAttributes): void {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  const descriptor = openSync(file, "wx", 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    const { mode, uid, gid } = attributes;
    if (uid !== undefined && gid !== undefined) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & 0o7777);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
