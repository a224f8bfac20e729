import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import type { AuditEvent, AuditRecord } from "../../core/audit.ts";
import { readHead } from "./head.ts";
import { isEvent, parseRecords } from "./parse-record.ts";
import { type AuditPlace, CHAIN_NAME, chainFile } from "./place.ts";
import { collectWaiting } from "./spool.ts";

/** Which records are wanted; absent fields want all. */
export interface RecordFilter {
  /** A session's id, or its beginning. */
  readonly session?: string | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly decision?: string | undefined;
  readonly tool?: string | undefined;
  readonly engine?: string | undefined;
}

/** A record, and for a run the decision that made its job. */
export interface JoinedRecord {
  readonly record: AuditRecord;
  readonly decision: AuditRecord | undefined;
}

/** Where a reader has got to. */
export interface Cursor {
  readonly file: number;
  readonly bytes: number;
}

export const BEGINNING: Cursor = { file: 1, bytes: 0 };

/** The numbers of the files that are there, oldest first. */
function fileNumbers({ folder }: AuditPlace): number[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  const numbers = readdirSync(folder).flatMap((name) => CHAIN_NAME.exec(name)?.[1] ?? []);
  return numbers.map(Number).sort((one, other) => one - other);
}

/** The whole records behind a cursor, and the cursor behind them. */
export function readFrom(
  place: AuditPlace,
  cursor: Cursor,
): { readonly records: readonly AuditRecord[]; readonly cursor: Cursor } {
  const records: AuditRecord[] = [];
  let at = cursor;
  for (const number of fileNumbers(place).filter((each) => each >= cursor.file)) {
    const from = number === at.file ? at.bytes : 0;
    const bytes = readFileSync(chainFile(place, number)).subarray(from);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    records.push(...parseRecords(bytes.subarray(0, whole).toString("utf8").split("\n").slice(0, -1)));
    at = { file: number, bytes: from + whole };
  }
  return { records, cursor: at };
}

/** The end of a file, from the start of a line. */
function readEnd(file: string, bytes: number): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const end = buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, from));
    return from === 0 ? end : end.slice(end.indexOf("\n") + 1);
  } finally {
    closeSync(descriptor);
  }
}

function readWaiting(place: AuditPlace): readonly AuditEvent[] {
  try {
    return collectWaiting(place, new Set(readHead(place)?.taken)).events.filter(isEvent);
  } catch {
    return []; // No spool yet, or its files are taken into the chain at this moment.
  }
}

/**
 * The newest records and what waits for its place behind them, oldest first: at most so many bytes of each file, and so many
 * files. What waits is looked at first, since it may be taken into the chain meanwhile.
 */
export function readNewest(
  place: AuditPlace,
  limit: { readonly bytes: number; readonly files: number },
): readonly AuditEvent[] {
  const waiting = readWaiting(place);
  const records = fileNumbers(place)
    .slice(-limit.files)
    .flatMap((number) => parseRecords(readEnd(chainFile(place, number), limit.bytes).split("\n")));
  const known = new Set(records.map(({ event, id }) => `${event} ${id}`));
  return [...records, ...waiting.filter(({ event, id }) => !known.has(`${event} ${id}`))];
}

function matches({ record, decision }: JoinedRecord, filter: RecordFilter): boolean {
  const about = decision ?? record;
  const { session, since, tool, engine } = filter;
  return (
    (session === undefined || (about.session ?? "").startsWith(session)) &&
    (since === undefined || Date.parse(record.time) >= since) &&
    (filter.decision === undefined || about.decision === filter.decision) &&
    (tool === undefined || about.tool === tool) &&
    (engine === undefined || (record.engine ?? about.engine) === engine)
  );
}

/** Joins runs with their decisions, over all records that it has been shown, and keeps what the filter wants. */
export function recordJoiner(filter: RecordFilter): (records: readonly AuditRecord[]) => JoinedRecord[] {
  const decisions = new Map<string, AuditRecord>();
  return (records) =>
    records
      .map((record): JoinedRecord => {
        if (record.event === "decision" && record.job !== undefined) decisions.set(record.job, record);
        return { record, decision: record.event === "run" ? decisions.get(record.job ?? "") : undefined };
      })
      .filter((joined) => matches(joined, filter));
}
