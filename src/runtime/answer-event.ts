import { isSandboxError, renderFailure } from "../core/errors.ts";
import { denyReply, type HookOutput, isValidReply } from "../protocol/hook-output.ts";
import { answerToolCall } from "./answer-tool-call.ts";
import { type HookCaller, openContext } from "./open-context.ts";

/**
 * PreToolUse from text to text: the event as it came on standard input, the answer as one line of JSON. An expected
 * failure is an answer that the model can read.
 * @throws anything else, which is a defect of ours; the caller refuses the call
 */
export function answerEvent(text: string, caller: HookCaller): string {
  let reply: HookOutput;
  try {
    reply = answerToolCall(text, openContext(caller));
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    reply = denyReply(`The command was not run: ${renderFailure(error)}`);
  }
  if (!isValidReply(reply)) throw new TypeError("the hook's answer does not have the documented form");
  return JSON.stringify(reply);
}
