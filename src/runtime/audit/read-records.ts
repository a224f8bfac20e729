import { readdirSync, readFileSync, statSync } from "node:fs";
import type { AuditRecord } from "../../core/audit.ts";
import { type AuditPlace, CHAIN_NAME, chainFile } from "./place.ts";

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

function lastFile(place: AuditPlace): number {
  if (statSync(place.folder, { throwIfNoEntry: false }) === undefined) return 0;
  return Math.max(0, ...readdirSync(place.folder).map((name) => Number(CHAIN_NAME.exec(name)?.[1] ?? 0)));
}

function parseRecord(line: string): AuditRecord[] {
  try {
    return [JSON.parse(line) as AuditRecord];
  } catch {
    return []; // Changed by somebody: `audit verify` names it.
  }
}

/** The whole records behind a cursor, and the cursor behind them. */
export function readFrom(
  place: AuditPlace,
  cursor: Cursor,
): { readonly records: readonly AuditRecord[]; readonly cursor: Cursor } {
  const records: AuditRecord[] = [];
  let at = cursor;
  for (let number = cursor.file; number <= lastFile(place); number += 1) {
    const file = chainFile(place, number);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) continue;
    const from = number === at.file ? at.bytes : 0;
    const bytes = readFileSync(file).subarray(from);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    records.push(...bytes.subarray(0, whole).toString("utf8").split("\n").slice(0, -1).flatMap(parseRecord));
    at = { file: number, bytes: from + whole };
  }
  return { records, cursor: at };
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
