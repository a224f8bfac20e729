/** What a failure is about; decides which exit code and which wording the edge uses. */
export type FailureArea = "input" | "policy" | "engine" | "install";

export interface FailureDetail {
  /** Stable, machine-readable name, e.g. `config.unknown-key`. */
  readonly code: string;
  /** What happened, the value, and what was expected. */
  readonly message: string;
  /** One line that says what to type or change. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * Every failure that sandhook raises on purpose. A caller that catches one refuses the command;
 * no failure may lead to an unsandboxed run.
 */
export class SandboxError extends Error {
  readonly area: FailureArea;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(area: FailureArea, detail: FailureDetail) {
    super(detail.message, { cause: detail.cause });
    this.name = new.target.name;
    this.area = area;
    this.code = detail.code;
    this.hint = detail.hint;
  }
}

/** Something that was written or sent to us cannot be used: config, hook input, arguments. */
export class InputError extends SandboxError {
  constructor(detail: FailureDetail) {
    super("input", detail);
  }
}

/** The policy refuses, or cannot be computed safely. */
export class PolicyError extends SandboxError {
  constructor(detail: FailureDetail) {
    super("policy", detail);
  }
}

/** The sandbox itself cannot be had: engine missing, image missing, job gone. */
export class EngineError extends SandboxError {
  constructor(detail: FailureDetail) {
    super("engine", detail);
  }
}

/** The installation is broken or cannot be made. */
export class InstallError extends SandboxError {
  constructor(detail: FailureDetail) {
    super("install", detail);
  }
}

/** True for our own failures, also for one of another bundle, whose class is another object. */
export function isSandboxError(error: unknown): error is SandboxError {
  return error instanceof Error && "area" in error && "code" in error && "hint" in error;
}

/** Renders a failure for people and for the model: what happened, then what to do. */
export function renderFailure(error: unknown): string {
  if (isSandboxError(error))
    return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
