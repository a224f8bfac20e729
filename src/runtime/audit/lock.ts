import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import type { HostPath } from "../../core/paths.ts";
import { isAlive } from "../network/process-identity.ts";

/** Nobody writes for that long; a lock that is older belongs to a process id that was given out again. */
const STALE_MS = 60_000;

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function holderOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Takes away the lock of a process that is gone; false when its holder lives. */
function removeStale(file: HostPath): boolean {
  const holder = holderOf(file);
  if (holder === undefined) return true;
  const age = Date.now() - (lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const own = Number(holder) === process.pid;
  if (!own && isAlive(Number(holder)) && age < STALE_MS) return false;
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    throw error;
  }
  const moved = holderOf(aside);
  rmSync(aside, { force: true });
  if (moved === holder || moved === undefined) return true;
  // Somebody else was faster, and this is their lock: it goes back.
  symlinkSync(moved, file);
  return false;
}

/** The lock is a symlink that names its holder: made in one step, whole or not at all. */
function tryLock(file: HostPath): boolean {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      symlinkSync(String(process.pid), file);
      return true;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      if (!removeStale(file)) return false;
    }
  }
  return false;
}

/** Does the work while nobody else does; undefined, at once, when somebody is at it. Throws what the work throws. */
export function whenFree<T>(file: HostPath, work: () => T): T | undefined {
  if (!tryLock(file)) return undefined;
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}
