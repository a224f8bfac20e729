import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import * as z from "zod";
import { type HostPath, joinHost } from "../core/paths.ts";

const text = z.string().optional().catch(undefined);

/** What is shown of a line of the audit log. Fields of another form count as absent: the log is read, not trusted. */
const auditEntry = z.object({
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

function parseLine(line: string): AuditEntry[] {
  try {
    const entry = auditEntry.safeParse(JSON.parse(line));
    return entry.success ? [entry.data] : [];
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

/** The newest entries of the audit log, oldest first: at most so many bytes of each of its files, and so many files. */
export function readAudit(
  state: HostPath,
  limit: { readonly bytes: number; readonly files: number },
): readonly AuditEntry[] {
  const folder = joinHost(state, "audit");
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  const names = readdirSync(folder).filter((name) => FILE.test(name));
  return names
    .sort()
    .slice(-limit.files)
    .flatMap((name) => readEnd(joinHost(folder, name), limit.bytes).split("\n"))
    .flatMap(parseLine);
}
