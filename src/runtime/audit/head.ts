import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { type AuditPlace, GENESIS } from "./place.ts";

/** The end of the chain, as the last writer left it. */
export interface Head {
  /** Number of the file that is written to. */
  readonly file: number;
  /** Its size. */
  readonly bytes: number;
  /** Records in all files. */
  readonly seq: number;
  /** Of the last line. */
  readonly hash: string;
  /** Files of the spool that are in the chain, and may still lie there. */
  readonly taken: readonly string[];
}

export const EMPTY: Head = { file: 1, bytes: 0, seq: 0, hash: GENESIS, taken: [] };

function isHead(value: unknown): value is Head {
  if (typeof value !== "object" || value === null) return false;
  const { file, bytes, seq, hash, taken } = value as Record<string, unknown>;
  return [file, bytes, seq].every(Number.isSafeInteger) && typeof hash === "string" && Array.isArray(taken);
}

/** The head; undefined when there is none. Throws for one that cannot be used: it is never made anew in silence. */
export function readHead(place: AuditPlace): Head | undefined {
  if (statSync(place.head, { throwIfNoEntry: false }) === undefined) return undefined;
  const value: unknown = JSON.parse(readFileSync(place.head, "utf8"));
  if (!isHead(value)) throw new Error(`${place.head} is not what sandhook writes`);
  return value;
}

/** Appears whole or not at all. Only the holder of the lock writes it. */
export function writeHead(place: AuditPlace, head: Head): void {
  const next = `${place.head}.next`;
  writeFileSync(next, JSON.stringify(head), { mode: 0o600 });
  renameSync(next, place.head);
}
