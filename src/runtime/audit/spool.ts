import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AuditEvent } from "../../core/audit.ts";
import { isAlive } from "../network/process-identity.ts";
import type { AuditPlace } from "./place.ts";

/** What waits, and the files that it is made of. */
export interface Waiting {
  readonly events: readonly AuditEvent[];
  readonly names: readonly string[];
}

/** So many files wait before a decision takes them into the chain: a call leaves three, its decision and its run. */
const MOST_WAITING = 24;

/** True when it is time to take what waits into the chain. */
export function isSpoolFull(place: AuditPlace): boolean {
  return readdirSync(place.spool).length >= MOST_WAITING;
}

/** Leaves an event for whoever writes next. Half of a file is no JSON, and so not taken before it is whole. */
export function spoolEvent(place: AuditPlace, event: AuditEvent): void {
  const file = path.join(place.spool, `${event.id}.event`);
  try {
    writeFileSync(file, JSON.stringify(event), { mode: 0o600, flag: "wx" });
  } catch (error) {
    const another = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!another) rmSync(file, { force: true });
    throw error;
  }
}

/** The files of the spool that an event was made of. */
export function spoolNames(event: Pick<AuditEvent, "event" | "id">): readonly string[] {
  return event.event === "run" ? [`${event.id}.start`, `${event.id}.end`] : [`${event.id}.event`];
}

function readText(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(file, "utf8");
}

/** Undefined for what is no event; it stays where it is, for people to look at. */
function readEvent(file: string): AuditEvent | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as AuditEvent;
  } catch {
    return undefined;
  }
}

/** A runner makes its file and then writes its process id; one that is empty for longer was left by a full disk. */
const BEGINNING_MS = 10_000;

/** A run that has begun. */
export interface Begun {
  readonly job: string;
  readonly pid: number;
  readonly engine: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

function readBegin(place: AuditPlace, job: string): Begun {
  const file = path.join(place.spool, `${job}.start`);
  const [pid = "", engine] = readFileSync(file, "utf8").trim().split(" ");
  return { job, pid: /^\d+$/.test(pid) ? Number(pid) : 0, engine, at: statSync(file).mtimeMs };
}

/**
 * How a run ended: the runner's last line says so. One whose process is gone without a word was killed; the line is looked
 * for after the process, since it is written before it ends. Undefined: it still runs.
 */
function readRun(place: AuditPlace, { job, pid, engine, at }: Begun): AuditEvent | undefined {
  const beginning = pid === 0 && Date.now() - at < BEGINNING_MS;
  const gone = pid === 0 ? !beginning : !isAlive(pid);
  const file = path.join(place.spool, `${job}.end`);
  const lines = (readText(file) ?? "").split("\n");
  const exit = lines.map((line) => /^exit (\d+)$/.exec(line)?.[1]).find((code) => code !== undefined);
  if (exit === undefined && !gone) return undefined;
  const ended = exit === undefined ? Date.now() : statSync(file).mtimeMs;
  const refusals = lines.filter((line) => line.startsWith("refused ")).map((line) => line.slice(8));
  return {
    id: job,
    time: new Date(ended).toISOString(),
    event: "run",
    job,
    engine,
    ...(exit === undefined ? {} : { exit: Number(exit), milliseconds: Math.round(ended - at) }),
    ...(refusals.length === 0 ? {} : { refusals }),
  };
}

/** The runs that have begun and whose runner lives. */
export function listBegun(place: AuditPlace): readonly Begun[] {
  if (statSync(place.spool, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(place.spool)
    .flatMap((name) => /^([0-9a-f]{16})\.start$/.exec(name)?.[1] ?? [])
    .flatMap((job) => {
      try {
        return [readBegin(place, job)];
      } catch {
        return []; // It has ended, and a writer took it along.
      }
    })
    .filter(({ pid }) => pid !== 0 && isAlive(pid));
}

/** Everything that waits, but for what is in the chain already and runs that go on; what is no file of ours is left alone. */
export function collectWaiting(place: AuditPlace, taken: ReadonlySet<string>): Waiting {
  const events: AuditEvent[] = [];
  for (const name of readdirSync(place.spool).sort()) {
    if (taken.has(name)) continue;
    const [, id = "", kind] = /^([0-9a-f]{16})\.(event|start)$/.exec(name) ?? [];
    if (kind === undefined) continue;
    const event =
      kind === "event" ? readEvent(path.join(place.spool, name)) : readRun(place, readBegin(place, id));
    if (event !== undefined) events.push(event);
  }
  events.sort((one, other) => (one.time < other.time ? -1 : 1));
  return { events, names: events.flatMap(spoolNames) };
}

/** Takes away what is in the chain. */
export function clearSpool(place: AuditPlace, names: Iterable<string>): void {
  for (const name of names) rmSync(path.join(place.spool, name), { force: true });
}
