import { isSandboxError, renderFailure } from "../core/errors.ts";
import { denyReply, type HookOutput, isValidReply } from "../protocol/hook-output.ts";
import { answerToolCall } from "./answer-tool-call.ts";
import { recordCall } from "./call-journal.ts";
import { type HookCaller, openContext } from "./open-context.ts";

function orDenial(work: () => HookOutput): HookOutput {
  try {
    return work();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return denyReply(`The command was not run: ${renderFailure(error)}`);
  }
}

function answer(text: string, caller: HookCaller): HookOutput {
  const context = openContext(caller);
  const reply = orDenial(() => answerToolCall(text, context));
  recordCall(context.site.state, text, reply, context.projectFolder);
  return reply;
}

/**
 * PreToolUse from text to text: the event as it came on standard input, the answer as one line of JSON. An expected
 * failure is an answer that the model can read.
 * @throws anything else, which is a defect of ours; the caller refuses the call
 */
export function answerEvent(text: string, caller: HookCaller): string {
  const reply = orDenial(() => answer(text, caller));
  if (!isValidReply(reply)) throw new TypeError("the hook's answer does not have the documented form");
  return JSON.stringify(reply);
}
