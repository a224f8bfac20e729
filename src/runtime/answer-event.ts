import { isSandboxError, renderFailure } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import { type HostEnvironment, nodeHost } from "../host/node-host.ts";
import { rememberingHost } from "../host/remembering-host.ts";
import { denyReply, type HookOutput, isValidReply } from "../protocol/hook-output.ts";
import { answerToolCall } from "./answer-tool-call.ts";
import { cachedReader } from "./cached-reader.ts";
import { locateSite } from "./site.ts";

/** The variables that the hook reads. Nothing else of a process's surroundings may count: see resident/serve.ts. */
export interface HookEnvironment extends HostEnvironment {
  readonly CLAUDE_PROJECT_DIR?: string | undefined;
}

function answer(text: string, environment: HookEnvironment, folder: string): HookOutput {
  const libexec = hostPath(folder);
  const host = rememberingHost(nodeHost(environment));
  const site = locateSite(host, libexec);
  const projectFolder = environment.CLAUDE_PROJECT_DIR;
  return answerToolCall(text, { host, site, reader: cachedReader(host, site), projectFolder });
}

/**
 * PreToolUse from text to text: the event as it came on standard input, the answer as one line of JSON. An expected
 * failure is an answer that the model can read. `libexec` is the folder that the hook was started from.
 * @throws anything else, which is a defect of ours; the caller refuses the call
 */
export function answerEvent(text: string, environment: HookEnvironment, libexec: string): string {
  let reply: HookOutput;
  try {
    reply = answer(text, environment, libexec);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    reply = denyReply(`The command was not run: ${renderFailure(error)}`);
  }
  if (!isValidReply(reply)) throw new TypeError("the hook's answer does not have the documented form");
  return JSON.stringify(reply);
}
