import { isSandboxError, renderFailure } from "../../core/errors.ts";
import { joinHost } from "../../core/paths.ts";
import {
  blockReply,
  parseSessionEvent,
  type SessionReply,
  silentReply,
} from "../../protocol/session-events.ts";
import type { HookContext } from "../hook-context.ts";
import { decideSample } from "./sample-call.ts";
import { tryEngine } from "./try-engine.ts";

/** Files of the installation without which every command is refused. */
const PARTS = ["sandhook-run", "shell-gate", "shell-gate.cjs", "pre-tool-use.cjs", "sweep-placeholders"];

function block(reason: string, remedy: string): SessionReply {
  return blockReply(`sandhook: the prompt was not sent, since no command could run: ${reason}\n${remedy}`);
}

/**
 * UserPromptSubmit: a prompt is not worth sending when every command of its answer would be refused because the engine
 * or the installation is broken. What Claude could mend with its other tools (settings that cannot be used) lets it pass.
 * @throws SandboxError `hook.invalid-input`, and those of a broken machine; the entry blocks the prompt.
 */
export function answerPrompt(text: string, context: HookContext): SessionReply {
  const event = parseSessionEvent(text, "UserPromptSubmit");
  const { host, site } = context;
  const missing = PARTS.find((name) => (host.inspect(joinHost(site.libexec, name))?.size ?? 0) === 0);
  if (missing !== undefined)
    return block(`${joinHost(site.libexec, missing)} is missing.`, "Type: npx sandhook install");
  try {
    const decision = decideSample(event, context);
    if (decision.kind !== "sandbox") return silentReply();
    const trouble = tryEngine(decision.engine, decision.plan, host);
    if (trouble === undefined) return silentReply();
    return block(
      `${decision.engine} does not work (${trouble}).`,
      "To see what to do, type: sandhook doctor",
    );
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    if (error.area === "input" || error.area === "policy") return silentReply();
    return block(renderFailure(error), "To see more, type: sandhook doctor");
  }
}
