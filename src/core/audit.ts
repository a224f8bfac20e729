/** One thing that is recorded, before it gets its place in the chain. Absent fields are not known, or not said. */
export interface AuditEvent {
  /** Unique; a run has the id of its job. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `decision`: what was answered to a call. `run`: how the command of a job ended. `launch`: a session was started. */
  readonly event: "decision" | "run" | "launch";
  readonly door?: "hook" | "gate";
  readonly session?: string | undefined;
  readonly toolUse?: string | undefined;
  readonly agent?: string | undefined;
  readonly cwd?: string;
  readonly tool?: string;
  /** The command, or what a file or web tool is about; long ones are cut. */
  readonly command?: string | undefined;
  /** SHA-256 of the whole of it, when the text is not recorded or was cut. */
  readonly commandHash?: string | undefined;
  /** `sandbox`, `refuse`, `ask`, `pass` (a file tool inside the policy), `outside` (a command that runs unsandboxed). */
  readonly decision?: string | undefined;
  readonly permission?: string | undefined;
  readonly code?: string | undefined;
  readonly rule?: string | undefined;
  readonly reason?: string | undefined;
  readonly engine?: string | undefined;
  readonly profile?: string | undefined;
  /** The job that a decision made, or whose run this is. */
  readonly job?: string | undefined;
  /** Exit code of a run; absent when it ended without a word (it was killed). */
  readonly exit?: number | undefined;
  readonly milliseconds?: number | undefined;
  /** What the network refused to a run. */
  readonly refusals?: readonly string[] | undefined;
  /** What a session was launched with, as settings. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** An event in its place: the line of the record is this object as JSON. */
export interface AuditRecord extends AuditEvent {
  /** Counts from 1 over all files. */
  readonly seq: number;
  /** SHA-256 of the line before; zeros for the first. */
  readonly prev: string;
}

/** What config says about the record. */
export interface AuditSettings {
  readonly required: boolean;
  readonly commands: "text" | "hash";
  readonly maxBytes: number;
}
