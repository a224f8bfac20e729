import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { JobFile } from "../core/engine.ts";
import { EngineError } from "../core/errors.ts";
import { type HostPath, joinHost } from "../core/paths.ts";

/** A job that nobody ran is removed after this many seconds; also the files that ended jobs leave for `cd`. */
const STALE_SECONDS = 24 * 60 * 60;

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** The kernel's random bytes in hex; read as a file, since loading node:crypto costs milliseconds of every call. */
function randomHex(bytes: number): string {
  const buffer = Buffer.alloc(bytes);
  const source = openSync("/dev/urandom", "r");
  try {
    if (readSync(source, buffer, 0, bytes, null) !== bytes) throw new Error("/dev/urandom gave too little");
  } finally {
    closeSync(source);
  }
  return buffer.toString("hex");
}

/** `<seconds since 1970, 8 hex><random, 8 hex>`: sorts by age, and cannot be guessed. */
export function newJobId(now = Date.now()): string {
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, "0");
  return seconds + randomHex(4);
}

function cannotWrite(folder: string, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError({
    code: "job.not-written",
    message: `the job could not be written below ${folder} (${reason})`,
    hint: `Check that the folder belongs to you and that the disk is not full: ls -ld ${folder}; df ${folder}`,
    cause,
  });
}

/**
 * Makes a folder that only its owner can enter, parents included; idempotent.
 * @throws EngineError `job.not-written`
 */
export function ensurePrivateFolder(folder: HostPath): void {
  try {
    if (mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER }) !== undefined)
      chmodSync(folder, PRIVATE_FOLDER);
  } catch (cause) {
    throw cannotWrite(folder, cause);
  }
}

/**
 * Writes one job: a folder of its own with the given files. Nothing half-written stays: on failure the folder goes.
 * @throws EngineError `job.not-written`
 */
export function writeJob(jobs: HostPath, id: string, files: readonly JobFile[]): void {
  const folder = joinHost(jobs, id);
  try {
    mkdirSync(folder, { mode: PRIVATE_FOLDER });
    for (const { name, content } of files)
      writeFileSync(path.join(folder, name), content, { mode: PRIVATE_FILE, flag: "wx" });
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    throw cannotWrite(jobs, cause);
  }
}

/**
 * Puts the command's text of a job into a container's inbox, as a second name of the same file.
 * @throws EngineError `job.not-written`
 */
export function linkCommand(jobs: HostPath, id: string, inbox: HostPath): void {
  try {
    linkSync(joinHost(jobs, id, "command"), joinHost(inbox, id));
  } catch (cause) {
    rmSync(joinHost(jobs, id), { recursive: true, force: true });
    throw cannotWrite(inbox, cause);
  }
}

/** Removes what is older than a day. Ids sort by age, so a folder without old entries costs one listing. */
export function sweepJobs(jobs: HostPath, now = Date.now()): void {
  const limit = Math.floor(now / 1000) - STALE_SECONDS;
  for (const name of readdirSync(jobs).sort()) {
    if (!/^[0-9a-f]{16}a?(\.\w+)?$/.test(name)) continue;
    if (parseInt(name.slice(0, 8), 16) > limit) return;
    rmSync(path.join(jobs, name), { recursive: true, force: true });
  }
}
