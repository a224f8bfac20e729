import type { AuditEvent, AuditSettings } from "../../core/audit.ts";
import type { Config } from "../../config/resolve.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { newJobId } from "../job-store.ts";
import { type Outcome, outcomeOfFailure, recordable, type Subject } from "./describe.ts";
import { DEFAULT_AUDIT, recordEvent } from "./record-event.ts";

function settingsOf(config: Config): AuditSettings {
  return {
    required: config["audit.required"].value,
    commands: config["audit.commands"].value,
    maxBytes: config["audit.maxBytes"].value,
  };
}

/** What a decision tells about itself while it is taken. */
export interface AuditPen {
  /** Called as soon as config is known. */
  readonly resolved: (config: Config) => void;
  /** @throws EngineError `audit.not-written` when the record is required, or the outcome is a leave. */
  readonly write: (outcome: Outcome) => void;
}

export interface Audited {
  readonly host: Host;
  readonly state: HostPath;
  readonly door: NonNullable<AuditEvent["door"]>;
  readonly subject: Subject;
}

/** A command that is to run on the host by a job of ours. */
function leavesSandbox({ decision, job }: Outcome): boolean {
  return decision === "outside" && job !== undefined;
}

/**
 * Takes one decision and sees to it that it is recorded, failures too. A decision whose record is required and cannot be
 * written fails; a failure is recorded if it can be.
 */
export function audited<T>({ host, state, door, subject }: Audited, decide: (pen: AuditPen) => T): T {
  const known = { settings: DEFAULT_AUDIT, written: false };
  const digest = (text: string): string => host.digest(text);
  const write = (outcome: Outcome, required: boolean): void => {
    known.written = true;
    const said = recordable(subject, outcome, known.settings, digest);
    const time = new Date().toISOString();
    const event: AuditEvent = { id: newJobId(), time, event: "decision", door, ...said };
    recordEvent(state, event, { settings: { ...known.settings, required }, digest });
  };
  try {
    return decide({
      resolved: (config) => {
        known.settings = settingsOf(config);
      },
      write: (outcome) => {
        write(outcome, known.settings.required || leavesSandbox(outcome));
      },
    });
  } catch (error) {
    if (!known.written) write(outcomeOfFailure(error), false);
    throw error;
  }
}
