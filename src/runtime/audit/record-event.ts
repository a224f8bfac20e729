import { mkdirSync } from "node:fs";
import type { AuditEvent, AuditSettings } from "../../core/audit.ts";
import { EngineError } from "../../core/errors.ts";
import type { HostPath } from "../../core/paths.ts";
import { appendToChain } from "./append.ts";
import { whenFree } from "./lock.ts";
import { type AuditPlace, auditPlace, type Digest } from "./place.ts";
import { isSpoolFull, spoolEvent } from "./spool.ts";

/** While config is unknown: nothing of the command in the clear, and a record that cannot be written stops nothing. */
export const DEFAULT_AUDIT: AuditSettings = { required: false, commands: "hash", maxBytes: 10_485_760 };

/** False when somebody else is writing, or the chain cannot be continued: the event can wait in both cases. */
function appendWhenFree(place: AuditPlace, event: AuditEvent, maxBytes: number, digest: Digest): boolean {
  try {
    const done = whenFree(place.lock, () => {
      appendToChain(place, [event], { maxBytes, digest });
      return true;
    });
    return done === true;
  } catch {
    return false; // `audit verify` says what is wrong; an event that cannot wait either is the caller's failure.
  }
}

/**
 * Records one event. It waits in the spool for whoever continues the chain: each reader of the record, and the decision that
 * finds enough waiting. A required one has its place in the chain at once, if nobody else is writing. Never waits. What
 * cannot be written is lost without a word, unless the record is required: by config, or because no sandbox holds what is
 * recorded.
 * @throws EngineError `audit.not-written`
 */
export function recordEvent(
  state: HostPath,
  event: AuditEvent,
  { settings, digest }: { readonly settings: AuditSettings; readonly digest: Digest },
): void {
  const place = auditPlace(state);
  try {
    mkdirSync(place.spool, { recursive: true, mode: 0o700 });
    const due = settings.required || isSpoolFull(place);
    if (!due || !appendWhenFree(place, event, settings.maxBytes, digest)) spoolEvent(place, event);
  } catch (cause) {
    if (!settings.required) return;
    throw new EngineError({
      code: "audit.not-written",
      message: `the audit record below ${place.folder} cannot be written (${cause instanceof Error ? cause.message : String(cause)}), and this may not go unrecorded (sandhook.audit.required, or no sandbox)`,
      hint: `Check that the folder belongs to you and that the disk is not full: ls -ld ${place.folder}; df ${place.folder}`,
      cause,
    });
  }
}
