import * as z from "zod";
import type { AuditEvent, AuditRecord } from "../../core/audit.ts";

const text = z.string().optional();

/** An event as it was written; later versions may know more fields. */
const auditEvent = z.looseObject({
  id: z.string(),
  time: z.string(),
  event: z.enum(["decision", "run", "launch"]),
  ...{ door: text, session: text, toolUse: text, agent: text, cwd: text, tool: text },
  ...{ command: text, commandHash: text, decision: text, permission: text, code: text, rule: text },
  ...{ reason: text, engine: text, profile: text, job: text },
  exit: z.number().optional(),
  milliseconds: z.number().optional(),
  refusals: z.array(z.string()).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
});

export const auditRecord = auditEvent.extend({ seq: z.int(), prev: z.string() });

/** Whether what lay in the spool is an event. */
export function isEvent(value: unknown): value is AuditEvent {
  return auditEvent.safeParse(value).success;
}

/** Nothing for a line that is no record: `audit verify` names what was changed. The text's own fields and order stay. */
export function parseRecords(lines: readonly string[]): AuditRecord[] {
  return lines.flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return auditRecord.safeParse(value).success ? [value as AuditRecord] : [];
    } catch {
      return []; // Cut off, or changed by somebody.
    }
  });
}
