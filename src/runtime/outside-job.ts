import type { Leave } from "../core/decision.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { ToolCall } from "../core/plan.ts";
import { renderOutsideJob } from "../rewrite/render-job.ts";
import { sweepJobs, writeJob } from "./job-store.ts";

/** How long a leave waits for its run, prompt included, in seconds. */
const LEAVE_SECONDS = 10 * 60;

/** The job's file that names the call it belongs to. */
const LEAVE_FILE = "leave";

function nameOf(sessionId: string | undefined, toolUseId: string | undefined): string {
  return JSON.stringify([sessionId, toolUseId]);
}

/**
 * Writes the job of one call that may run outside; the caller has recorded it.
 * @throws EngineError `job.not-written`
 */
export function writeOutsideJob(
  { jobs, id }: { readonly jobs: HostPath; readonly id: string },
  call: ToolCall,
  leave: Leave,
): void {
  const expires = Math.floor(Date.now() / 1000) + LEAVE_SECONDS;
  sweepJobs(jobs);
  writeJob(jobs, id, [
    { name: "command", content: call.command },
    { name: LEAVE_FILE, content: nameOf(leave.sessionId, leave.toolUseId) },
    { name: "run", content: renderOutsideJob({ leave, expires }) },
  ]);
}

/** Whether a waiting job may answer for a call: a sandboxed one always, one that runs outside for its own call only. */
export function mayAnswerFor(host: Host, job: HostPath, call: ToolCall): boolean {
  const owner = host.readText(joinHost(job, LEAVE_FILE));
  return owner === undefined || owner === nameOf(call.sessionId, call.toolUseId);
}
