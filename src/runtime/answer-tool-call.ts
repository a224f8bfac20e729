import type { Site } from "../core/engine.ts";
import { hostPath, joinHost, ORGANISATION_ROOT } from "../core/paths.ts";
import type { EngineName, Plan, ToolCall } from "../core/plan.ts";
import { EngineError } from "../core/errors.ts";
import { findEngine } from "../engine/choose.ts";
import { decide } from "../pipeline.ts";
import { parseHookInput } from "../protocol/hook-input.ts";
import { denyReply, gateReply, type HookOutput, passReply, rewriteReply } from "../protocol/hook-output.ts";
import { renderCommand, type RewriteSite } from "../rewrite/render-command.ts";
import { renderJob } from "../rewrite/render-job.ts";
import { type AuditPen, audited } from "./audit/audited.ts";
import { outcomeOfDecision, subjectOfCall } from "./audit/describe.ts";
import { answerFileTool } from "./answer-file-tool.ts";
import type { HookContext } from "./hook-context.ts";
import { lazyJudge, lazyPatterns } from "./lazy-judge.ts";
import { mayAnswerFor, writeOutsideJob } from "./outside-job.ts";
import { gateIsNamed, recordSession } from "./session-store.ts";
import { recordMode, writeTicket } from "./ticket-store.ts";
import { prepareNetwork } from "./network/prepare-network.ts";
import { ensurePrivateFolder, linkCommand, newJobId, sweepJobs, writeJob } from "./job-store.ts";

/** Where rewritten lines point to. */
export function rewriteSite(site: Site): RewriteSite {
  return { runner: joinHost(site.libexec, "sandhook-run"), jobs: joinHost(site.state, "jobs") };
}

/** The same for every installation that a user can have: the one that runs now, their own, and the organisation's. */
export function rewriteSites(site: Site): readonly RewriteSite[] {
  const { runner, jobs } = rewriteSite(site);
  const roots = [joinHost(site.state, "current"), joinHost(ORGANISATION_ROOT, "current")];
  const others = roots.map((root) => joinHost(root, "libexec/sandhook-run"));
  return [...new Set([runner, ...others])].map((each) => ({ runner: each, jobs }));
}

/** Another copy of our hook has rewritten this call already, and its job is still waiting. */
function isOurs(context: HookContext, call: ToolCall): boolean {
  const { command } = call;
  const sites = rewriteSites(context.site);
  const id = /\/sandhook-run'? ([0-9a-f]{16}) && /.exec(command)?.[1];
  if (id === undefined) return false;
  const { jobs } = rewriteSite(context.site);
  const original = context.host.readText(joinHost(jobs, id, "command"));
  if (!mayAnswerFor(context.host, joinHost(jobs, id), call)) return false;
  return original !== undefined && sites.some((site) => renderCommand(site, id, original) === command);
}

/**
 * Makes the folders of our state. Before anything is planned: only what exists can be hidden from the command.
 * @throws EngineError `job.not-written`
 */
export function ensureState(site: Site): void {
  for (const name of ["jobs", "locks"]) ensurePrivateFolder(joinHost(site.state, name));
}

/** A job that waits for its runner. */
export interface WrittenJob {
  readonly id: string;
  /** What Claude Code is to run instead of the original. */
  readonly line: string;
}

/**
 * Writes the job for a plan.
 * @throws EngineError `job.not-written`, InputError from rendering
 */
export function writePlannedJob(context: HookContext, engineName: EngineName, decided: Plan): WrittenJob {
  const { site, host } = context;
  const engine = findEngine(engineName);
  if (engine === undefined)
    throw new EngineError({ code: "engine.unknown", message: `no engine ${engineName}` });
  const id = newJobId();
  const plan = prepareNetwork(decided, id, site, host);
  const invocation = engine.render(plan, site, host);
  const rewrite = rewriteSite(site);
  const line = renderCommand(rewrite, id, plan.call.command);
  ensurePrivateFolder(plan.filesystem.temporary);
  for (const folder of invocation.folders ?? []) ensurePrivateFolder(folder);
  for (const folder of [rewrite.jobs, ...(invocation.folders ?? [])]) sweepJobs(folder);
  writeJob(rewrite.jobs, id, [
    { name: "command", content: plan.call.command },
    { name: "run", content: renderJob(plan, invocation) },
    ...invocation.files,
  ]);
  if (invocation.inbox !== undefined) linkCommand(rewrite.jobs, id, invocation.inbox);
  recordSession(site.state, plan.call.sessionId, plan.project.root);
  return { id, line };
}

/**
 * The whole of PreToolUse: stdin's text in, the reply out.
 * @throws SandboxError of any area; the entry refuses the call.
 */
export function answerToolCall(text: string, context: HookContext): HookOutput {
  const { toolInput, call, use } = parseHookInput(text);
  if (use !== undefined) return answerFileTool(use, context);
  if (call === undefined) return passReply();
  if (isOurs(context, call)) return rewriteReply(toolInput, call.command, "undecided", "");
  const { host, site } = context;
  const { state } = site;
  return audited({ host, state, door: "hook", subject: subjectOfCall(call) }, (pen) =>
    answerCommand(call, toolInput, context, pen),
  );
}

/** The reply to a call that runs a shell command. */
function answerCommand(
  call: ToolCall,
  toolInput: Readonly<Record<string, unknown>>,
  context: HookContext,
  pen: AuditPen,
): HookOutput {
  ensureState(context.site);
  recordMode(context.site.state, call);
  const decision = decide({
    host: context.host,
    reader: context.reader,
    launcher: context.launcher,
    projectFolder: context.projectFolder === undefined ? call.cwd : hostPath(context.projectFolder),
    call,
    toolInput,
    judge: lazyJudge(context.site),
    patterns: lazyPatterns(context.site),
    temporary: context.site.temporary,
    gateTakesCalls: () => gateIsNamed(context.site.state, call.sessionId),
    resolved: pen.resolved,
  });
  switch (decision.kind) {
    case "refuse":
      pen.write(outcomeOfDecision(decision));
      return denyReply(decision.reason);
    case "pass":
      pen.write(outcomeOfDecision(decision));
      return passReply();
    case "outside": {
      const rewrite = rewriteSite(context.site);
      const id = newJobId();
      // First: what cannot be recorded gets no job that it could run by.
      pen.write(outcomeOfDecision(decision, id));
      writeOutsideJob({ jobs: rewrite.jobs, id }, call, decision.leave);
      const line = renderCommand(rewrite, id, call.command);
      return rewriteReply(toolInput, line, decision.permission, decision.reason);
    }
    case "sandbox": {
      const { id, line } = writePlannedJob(context, decision.engine, decision.plan);
      pen.write(outcomeOfDecision(decision, id));
      if (decision.mechanism === "rewrite")
        return rewriteReply(toolInput, line, decision.permission, decision.reason);
      writeTicket(context.host, context.site.state, call, id);
      return gateReply(decision.permission, decision.reason, id);
    }
  }
}
