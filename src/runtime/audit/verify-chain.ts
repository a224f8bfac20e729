import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { AuditRecord } from "../../core/audit.ts";
import { EMPTY, type Head, readHead } from "./head.ts";
import { type AuditPlace, CHAIN_NAME, chainFile, type Digest, GENESIS } from "./place.ts";

/** One thing that is not as the writers left it. */
export interface ChainFinding {
  /** Name of a file of the record. */
  readonly file: string;
  /** Counts from 1; undefined when it is about the file as a whole. */
  readonly line?: number;
  readonly problem: string;
}

export interface ChainReport {
  readonly records: number;
  readonly files: number;
  /** Digest of the last line: kept elsewhere, it shows later that everything up to here is unchanged. */
  readonly head: string;
  readonly findings: readonly ChainFinding[];
}

interface Walk {
  seq: number;
  hash: string;
  readonly findings: ChainFinding[];
}

function parseLine(line: string): Partial<AuditRecord> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(record: Partial<AuditRecord> | undefined, walk: Walk): string | undefined {
  if (record === undefined) return "this line is no record";
  if (record.seq !== walk.seq + 1)
    return `record ${walk.seq + 1} was expected here, not ${String(record.seq)}: records are missing, added or in another order`;
  if (record.prev !== walk.hash) return `the record before it (${walk.seq}) has been changed, or this one`;
  return undefined;
}

function walkFile(place: AuditPlace, number: number, walk: Walk, digest: Digest): void {
  const file = path.basename(chainFile(place, number));
  const text = readFileSync(chainFile(place, number), "utf8");
  const lines = text.split("\n");
  if (lines.pop() !== "") walk.findings.push({ file, problem: "the last line has no end" });
  for (const [index, line] of lines.entries()) {
    const record = parseLine(line);
    const problem = problemOf(record, walk);
    if (problem !== undefined) walk.findings.push({ file, line: index + 1, problem });
    walk.seq = typeof record?.seq === "number" ? record.seq : walk.seq + 1;
    walk.hash = digest(line);
  }
}

function compareEnd(place: AuditPlace, head: Head, { seq, hash }: Walk): ChainFinding[] {
  const file = path.basename(chainFile(place, head.file));
  const size = statSync(chainFile(place, head.file), { throwIfNoEntry: false })?.size ?? 0;
  if (seq < head.seq)
    return [
      {
        file,
        problem: `the record ends with ${seq}, and ${head.seq} were written: its end has been cut off`,
      },
    ];
  if (seq > head.seq)
    return [{ file, problem: `${seq - head.seq} records behind the last one that was written` }];
  if (hash !== head.hash) return [{ file, problem: `the last record (${seq}) has been changed` }];
  return size === head.bytes ? [] : [{ file, problem: `${size} bytes, and ${head.bytes} were written` }];
}

/** Numbers of the files that are there, and a finding for each that should be. */
function findFiles(place: AuditPlace, head: Head, findings: ChainFinding[]): number[] {
  const names =
    statSync(place.folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(place.folder);
  const there = names.flatMap((name) => {
    const number = CHAIN_NAME.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  const last = Math.max(head.seq === 0 ? 0 : head.file, ...there);
  const wanted = Array.from({ length: last }, (_, index) => index + 1);
  for (const number of wanted)
    if (!there.includes(number))
      findings.push({ file: path.basename(chainFile(place, number)), problem: "the file is missing" });
  return wanted.filter((number) => there.includes(number));
}

/**
 * Reads the whole record and compares each line with the digest in the next one, and the end with the head that lies
 * outside. Nobody may write meanwhile.
 */
export function verifyChain(place: AuditPlace, digest: Digest): ChainReport {
  const findings: ChainFinding[] = [];
  const head = readHead(place);
  const files = findFiles(place, head ?? EMPTY, findings);
  const walk: Walk = { seq: 0, hash: GENESIS, findings };
  for (const number of files) walkFile(place, number, walk, digest);
  if (head !== undefined) findings.push(...compareEnd(place, head, walk));
  else if (files.length > 0)
    findings.push({ file: path.basename(place.head), problem: "the head of the record is missing" });
  return { records: walk.seq, files: files.length, head: walk.hash, findings };
}
