import { spawn } from "node:child_process";
import { gateState } from "../../config/protection.ts";
import { isSandboxError, renderFailure } from "../../core/errors.ts";
import { joinHost } from "../../core/paths.ts";
import type { EngineName, Plan } from "../../core/plan.ts";
import {
  contextReply,
  parseSessionEvent,
  type SessionEvent,
  type SessionReply,
  silentReply,
} from "../../protocol/session-events.ts";
import { writePlannedJob } from "../answer-tool-call.ts";
import type { HookContext } from "../hook-context.ts";
import { type GateSight, recordGate, recordSession } from "../session-store.ts";
import { describePlan } from "./describe-plan.ts";
import { decideSample } from "./sample-call.ts";
import { settingsAsClient } from "./settings-as-client.ts";

/**
 * Makes the project's container while the user is still writing: the runner's own way, by a job that does nothing.
 * Nobody waits for it, and when it fails the first command says why.
 */
function preWarm(context: HookContext, engine: EngineName, plan: Plan): void {
  if (engine !== "docker" && engine !== "podman") return;
  const { id } = writePlannedJob(context, engine, plan);
  const runner = joinHost(context.site.libexec, "sandhook-run");
  const child = spawn(runner, [id], { cwd: plan.project.root, detached: true, stdio: "ignore" });
  child.once("error", () => undefined); // The first command starts it again and says what is wrong.
  child.unref();
}

/**
 * What the word of the shell gate says: `gated`, or `gated=` and the session that the gate believes to work for. Another
 * program in the gate's place could say the same, so that the settings must name ours.
 */
function seeGate(
  word: string | undefined,
  { sessionId, cwd }: SessionEvent,
  context: HookContext,
): GateSight {
  if (word?.startsWith("gated") !== true) return "absent";
  if (gateState(settingsAsClient(context, cwd)).kind !== "in-effect") return "absent";
  return sessionId !== undefined && word === `gated=${sessionId}` ? "named" : "seen";
}

/**
 * SessionStart: tells the model what the sandbox allows, remembers the session and whether the shell gate is there, and
 * lets the container start. The session starts whatever happens here.
 * @throws SandboxError `hook.invalid-input`; the entry prints it
 */
export function answerSessionStart(
  text: string,
  context: HookContext,
  word: string | undefined,
): SessionReply {
  const event = parseSessionEvent(text, "SessionStart");
  const { state } = context.site;
  try {
    recordGate(state, event.sessionId, seeGate(word, event, context));
    const decision = decideSample(event, context);
    if (decision.kind !== "sandbox") return silentReply();
    const { engine, plan } = decision;
    recordSession(state, event.sessionId, plan.project.root);
    preWarm(context, engine, plan);
    return contextReply("SessionStart", describePlan(engine, plan));
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return contextReply(
      "SessionStart",
      `sandhook refuses every shell command at the moment: ${renderFailure(error)}`,
    );
  }
}
