import { EngineError, InputError } from "../core/errors.ts";
import { type HostPath, hostPath, joinHost } from "../core/paths.ts";
import type { ToolCall } from "../core/plan.ts";
import { decide } from "../pipeline.ts";
import { parseShellLine } from "../protocol/shell-line.ts";
import { type AuditPen, audited } from "./audit/audited.ts";
import { outcomeOfDecision, subjectOfCall } from "./audit/describe.ts";
import { ensureState, rewriteSites, writePlannedJob } from "./answer-tool-call.ts";
import type { HookContext } from "./hook-context.ts";
import { renderAction } from "../rewrite/render-command.ts";
import { lazyPatterns } from "./lazy-judge.ts";
import { findProject } from "./session-store.ts";
import { isPlanMode, takeTicket } from "./ticket-store.ts";

/** What the gate is to do with one shell line. */
export type GateAnswer =
  /** No Bash call, or policy leaves the commands alone: run the line as it is. */
  | { readonly kind: "pass" }
  /** Run this job; the preamble is for the inside, and the folder that it ends in goes to `cwdFile`. */
  | { readonly kind: "run"; readonly id: string; readonly preamble: string; readonly cwdFile: string };

export interface GateContext extends Omit<HookContext, "projectFolder"> {
  readonly sessionId: string | undefined;
  readonly cwd: HostPath;
}

const OUR_CALL = /\/sandhook-run'? ([0-9a-f]{16}) && /g;

interface WaitingJob {
  readonly id: string;
  readonly action: string;
  readonly original: string;
}

/** The jobs that a command names and that nobody has run. */
function waitingJobs(context: GateContext, command: string): WaitingJob[] {
  const sites = rewriteSites(context.site);
  return [...command.matchAll(OUR_CALL)].flatMap(([, id = ""]) => {
    const folder = joinHost(context.site.state, "jobs", id);
    const original = context.host.readText(joinHost(folder, "command"));
    const claimed = context.host.inspect(joinHost(folder, "claimed")) !== undefined;
    if (original === undefined || claimed) return [];
    return sites.map((site) => ({ id, action: renderAction(site, id), original }));
  });
}

/** Our own line, whole: what follows its action is a comment. */
function isWholly(command: string, job: WaitingJob): boolean {
  return command.startsWith(job.action) && !command.slice(job.action.length).includes("\n");
}

/**
 * A line of ours whose job is gone or was run before. Sandboxing it anew would be safe but say nothing: its runner cannot
 * be seen from inside.
 * @throws EngineError `job.gone`
 */
function refuseGoneJob(context: GateContext, command: string, waiting: readonly WaitingJob[]): void {
  const [, id] = /\/sandhook-run'? ([0-9a-f]{16}) && /.exec(command) ?? [];
  if (id === undefined || waiting.some((job) => job.id === id)) return;
  const isOurs = rewriteSites(context.site).some((site) => command.startsWith(renderAction(site, id)));
  if (!isOurs) return;
  throw new EngineError({
    code: "job.gone",
    message: `its job ${id} is gone`,
    hint: "Run the command again.",
  });
}

/** Another hook has built our line into its own: the job's original goes back in, and everything runs inside. */
function restoreOriginals(command: string, jobs: readonly WaitingJob[]): string {
  return jobs.reduce(
    (text, { action, original }) => text.split(action).join(`{ ${original}\n}  # `),
    command,
  );
}

function callOf(context: GateContext, command: string): ToolCall {
  return {
    tool: "Bash",
    command,
    cwd: context.cwd,
    sessionId: context.sessionId,
    toolUseId: undefined,
    agentId: undefined,
    permissionMode: isPlanMode(context.site.state, context.sessionId) ? "plan" : undefined,
    background: false,
    wantsUnsandboxed: false,
  };
}

function runCommand(context: GateContext, command: string): string | undefined {
  const call = callOf(context, command);
  const { host, site } = context;
  return audited({ host, state: site.state, door: "gate", subject: subjectOfCall(call) }, (pen) =>
    runCall(context, call, pen),
  );
}

function runCall(context: GateContext, call: ToolCall, pen: AuditPen): string | undefined {
  const { command } = call;
  const projectFolder = findProject(context.site.state, context.sessionId, context.cwd);
  ensureState(context.site);
  const decision = decide({
    host: context.host,
    reader: context.reader,
    launcher: context.launcher,
    projectFolder,
    call,
    toolInput: { command },
    judge: () => ({ kind: "none" }), // The client has judged what it hands to a shell, on this very text.
    patterns: lazyPatterns(context.site),
    temporary: context.site.temporary,
    resolved: pen.resolved,
  });
  switch (decision.kind) {
    case "pass":
      pen.write(outcomeOfDecision(decision));
      return undefined;
    case "outside":
      throw new EngineError({
        code: "gate.no-leave",
        message: "only the hook lets a call run outside of the sandbox",
        hint: "Run the command again; if this repeats, type: sandhook doctor",
      });
    case "refuse":
      pen.write(outcomeOfDecision(decision));
      throw new EngineError({ code: decision.code, message: decision.reason });
    case "sandbox": {
      const { id } = writePlannedJob({ ...context, projectFolder }, decision.engine, decision.plan);
      pen.write(outcomeOfDecision(decision, id));
      return id;
    }
  }
}

/**
 * The second door: any shell line of Claude Code in, what to do with it out. A line that bears a mark of a Bash call
 * but cannot be taken apart is refused.
 * @throws SandboxError of any area; the gate refuses the line.
 */
export function answerShellLine(line: string, context: GateContext): GateAnswer {
  const parsed = parseShellLine(line);
  switch (parsed.kind) {
    case "other":
      return { kind: "pass" };
    case "unknown":
      throw new InputError({
        code: "gate.unknown-line",
        message: "this release of Claude Code builds its shell lines in a way that sandhook does not know",
        hint: "Update sandhook: npx sandhook@latest install",
      });
    case "call": {
      const { preamble, cwdFile, command } = parsed;
      const jobs = waitingJobs(context, command);
      refuseGoneJob(context, command, jobs);
      const own = jobs.find((job) => isWholly(command, job));
      const left = takeTicket(context.host, context.site.state, { ...context, command });
      const id = own?.id ?? left ?? runCommand(context, restoreOriginals(command, jobs));
      return id === undefined ? { kind: "pass" } : { kind: "run", id, preamble, cwdFile: hostPath(cwdFile) };
    }
  }
}
