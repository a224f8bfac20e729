import { linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InstallError } from "../core/errors.ts";
import { isAlive } from "../runtime/network/process-identity.ts";
import { ensureFolder, writeDurably } from "./atomic-write.ts";
import { isAbsent, onMachine, systemCode } from "./machine-errors.ts";

const RETRY_MS = 50;

export interface LockOptions {
  /** Milliseconds to wait for another run. */
  readonly patience?: number;
}

/**
 * Runs `work` while no other installation of this user runs. A lock of a process that is gone is taken over.
 * @throws InstallError `install.busy` when another run does not end in time
 */
export async function withInstallLock<T>(
  lock: string,
  work: () => T | Promise<T>,
  { patience = 30_000 }: LockOptions = {},
): Promise<T> {
  ensureFolder(path.dirname(lock), 0o700);
  const deadline = Date.now() + patience;
  while (!takeLock(lock)) {
    if (Date.now() > deadline) throw busy(lock);
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function busy(lock: string): InstallError {
  return new InstallError({
    code: "install.busy",
    message: `another installation is running (process ${holderOf(lock) ?? "unknown"}, ${lock})`,
    hint: "Wait until it has finished and run the command again.",
  });
}

/** The content is in the file before it gets its name, so that a reader never sees an empty lock. */
function takeLock(lock: string): boolean {
  return onMachine(lock, () => {
    const mine = `${lock}.${String(process.pid)}-${String(process.hrtime.bigint())}`;
    writeDurably(mine, String(process.pid), { mode: 0o600 });
    try {
      linkSync(mine, lock);
      return true;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      breakStale(lock, mine);
      return false;
    } finally {
      rmSync(mine, { force: true });
    }
  });
}

function holderOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Only one of several processes can move a lock away; one that caught a fresh lock gives it back. */
function breakStale(lock: string, mine: string): void {
  const holder = holderOf(lock);
  if (holder === undefined || isAlive(Number(holder))) return;
  const aside = `${mine}.stale`;
  try {
    renameSync(lock, aside);
    if (holderOf(aside) !== holder) linkSync(aside, lock);
  } catch (error) {
    if (!isAbsent(error) && systemCode(error) !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
