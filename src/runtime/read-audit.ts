import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import * as z from "zod";
import { type HostPath, joinHost } from "../core/paths.ts";
import { readHead } from "./audit/head.ts";
import { type AuditPlace, auditPlace } from "./audit/place.ts";
import { collectWaiting } from "./audit/spool.ts";

const text = z.string().optional().catch(undefined);

/** What is shown of one record. Fields of another form count as absent: the log is read, not trusted. */
const auditEntry = z.object({
  id: z.string(),
  time: z.string(),
  event: z.enum(["decision", "run"]),
  session: text,
  agent: text,
  cwd: text,
  tool: text,
  command: text,
  commandHash: text,
  decision: text,
  code: text,
  reason: text,
  engine: text,
  profile: text,
  job: text,
  exit: z.number().optional().catch(undefined),
  milliseconds: z.number().optional().catch(undefined),
  refusals: z.array(z.string()).catch([]).default([]),
});

export type AuditEntry = z.infer<typeof auditEntry>;

const FILE = /^\d{6,}\.jsonl$/;

function asEntry(value: unknown): AuditEntry[] {
  const entry = auditEntry.safeParse(value);
  return entry.success ? [entry.data] : [];
}

function parseLine(line: string): AuditEntry[] {
  try {
    return asEntry(JSON.parse(line));
  } catch {
    return []; // Cut off by the limit, or changed by somebody.
  }
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

/** What waits for its place in the log. Looked at before the log, since it may be taken into it meanwhile. */
function readWaiting(place: AuditPlace): AuditEntry[] {
  try {
    return collectWaiting(place, new Set(readHead(place)?.taken)).events.flatMap(asEntry);
  } catch {
    return []; // No spool yet, or taken into the log at this moment.
  }
}

/**
 * The newest entries of the audit log and what waits for its place in it, oldest first: at most so many bytes of each of the
 * log's files, and so many files.
 */
export function readAudit(
  state: HostPath,
  limit: { readonly bytes: number; readonly files: number },
): readonly AuditEntry[] {
  const place = auditPlace(state);
  if (statSync(place.folder, { throwIfNoEntry: false }) === undefined) return [];
  const waiting = readWaiting(place);
  const names = readdirSync(place.folder).filter((name) => FILE.test(name));
  const logged = names
    .sort()
    .slice(-limit.files)
    .flatMap((name) => readEnd(joinHost(place.folder, name), limit.bytes).split("\n"))
    .flatMap(parseLine);
  const known = new Set(logged.map(({ event, id }) => `${event} ${id}`));
  return [...logged, ...waiting.filter(({ event, id }) => !known.has(`${event} ${id}`))];
}
