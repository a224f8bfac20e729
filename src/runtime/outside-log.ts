import { appendFileSync, renameSync, statSync } from "node:fs";
import type { Leave } from "../core/decision.ts";
import { EngineError } from "../core/errors.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { ToolCall } from "../core/plan.ts";

/** One older file is kept beside a log of this many bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Where runs outside are recorded: one JSON object per line, by the hook (`granted`) and the runner (`ran`, `ended`). */
export function outsideLog(state: HostPath): HostPath {
  return joinHost(state, "outside.jsonl");
}

function rotate(log: HostPath): void {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES) renameSync(log, `${log}.old`);
}

/**
 * Records that a call was given leave to run outside.
 * @throws EngineError `outside.not-logged`: what cannot be recorded does not run outside
 */
export function recordLeave(state: HostPath, job: string, call: ToolCall, leave: Leave): void {
  const log = outsideLog(state);
  const { sessionId, toolUseId, because } = leave;
  const { agentId, cwd, command } = call;
  const time = new Date().toISOString();
  const record = { time, event: "granted", job, sessionId, toolUseId, agentId, cwd, because, command };
  try {
    rotate(log);
    appendFileSync(log, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new EngineError({
      code: "outside.not-logged",
      message: `a run outside of the sandbox could not be recorded in ${log}`,
      hint: `Check that the file belongs to you and that the disk is not full: ls -l ${log}`,
      cause,
    });
  }
}
