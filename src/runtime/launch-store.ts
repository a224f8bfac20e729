import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { LauncherOptions, SettingsReader } from "../config/read-layers.ts";
import type { SandhookSettings } from "../config/schema.ts";
import { PolicyError } from "../core/errors.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import { isAlive, readProcess, readStart } from "./network/process-identity.ts";

/**
 * The options of one session, bound to the process that became the client by its id and start time. The folder belongs
 * to the user alone and no sandbox sees it; a repository's settings cannot choose a process's ancestors.
 */
const NAME = /^(\d+)-(\d+)\.json$/;

/** In the place of a start time where the system does not say. */
const NO_START = "0";

/** More generations between a hook and its client than anybody has; ends a walk over a table that changes meanwhile. */
const MAX_ANCESTORS = 64;

function launchesFolder(state: HostPath): HostPath {
  return joinHost(state, "launches");
}

/** Start times count from the boot: a record of an earlier boot is nobody's. */
function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Nothing when nobody ever launched; a folder that cannot be read is a failure, not an answer. */
function recordsIn(folder: HostPath): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder).filter((name) => NAME.test(name));
}

/** Without start times a living process is taken for the one that the file was made for. */
function isGone(pid: number, start: string): boolean {
  return start === NO_START ? !isAlive(pid) : readStart(pid) !== start;
}

/** False where processes cannot be told apart for good, as on macOS: options cannot be bound to a session there. */
export function canBindLaunch(pid: number): boolean {
  return readStart(pid) !== undefined;
}

/** Takes away what belongs to processes that are gone. */
function sweepLaunches(folder: HostPath): void {
  for (const name of readdirSync(folder)) {
    const [, pid = "", start = ""] = /^(\d+)-(\d+)\./.exec(name) ?? [];
    if (isGone(Number(pid), start)) rmSync(joinHost(folder, name), { force: true });
  }
}

/** The files of a session: its options, and the settings that the client is started with. */
export interface LaunchFiles {
  readonly record: HostPath;
  readonly settings: HostPath;
}

/** Where the files of the session of process `pid` lie; makes the folder, and sweeps it. */
export function prepareLaunch(state: HostPath, pid: number): LaunchFiles {
  const folder = launchesFolder(state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  sweepLaunches(folder);
  const name = `${pid}-${readStart(pid) ?? NO_START}`;
  return { record: joinHost(folder, `${name}.json`), settings: joinHost(folder, `${name}.settings`) };
}

/** Writes a file that only its user can read, in one step. */
export function writePrivately(file: HostPath, value: unknown): void {
  const partial = `${file}.new`;
  writeFileSync(partial, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(partial, file);
}

/** Binds options to the process that the files are named after. */
export function recordLaunch(
  { record }: LaunchFiles,
  options: { readonly sandhook: SandhookSettings; readonly permissions: unknown },
): void {
  writePrivately(record, { boot: bootId(), ...options });
}

function broken(file: HostPath, cause: unknown): PolicyError {
  return new PolicyError({
    code: "launch.broken",
    message: `the options of this session cannot be read (${file})`,
    hint: "Leave the session and start it again: sandhook claude",
    cause,
  });
}

function readRecord(file: HostPath, reader: SettingsReader): LauncherOptions | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw broken(file, cause);
  }
  if (typeof value !== "object" || value === null || !("boot" in value) || !("sandhook" in value))
    throw broken(file, undefined);
  if (value.boot !== bootId()) return undefined;
  const sandhook = reader.check(value.sandhook, file);
  const permissions = "permissions" in value ? value.permissions : undefined;
  return permissions === undefined ? { sandhook } : { sandhook, given: { file, permissions } };
}

/**
 * The options of the nearest launcher among the ancestors of a process; undefined when the session was started without
 * one.
 * @throws PolicyError `launch.broken`; InputError of the reader: options that are there but cannot be read refuse.
 */
export function findLaunch(
  state: HostPath,
  reader: SettingsReader,
  pid: number = process.pid,
): LauncherOptions | undefined {
  const folder = launchesFolder(state);
  const names = new Set(recordsIn(folder));
  if (names.size === 0) return undefined;
  let at = pid;
  for (let generation = 0; generation < MAX_ANCESTORS && at > 0; generation += 1) {
    const facts = readProcess(at);
    // Somebody was launched, and whether it is this session cannot be known: the caller is gone already.
    if (facts === undefined && generation === 0) throw broken(folder, undefined);
    if (facts === undefined) return undefined;
    const name = `${at}-${facts.start}.json`;
    const found = names.has(name) ? readRecord(joinHost(folder, name), reader) : undefined;
    if (found !== undefined) return found;
    at = facts.parent;
  }
  return undefined;
}
