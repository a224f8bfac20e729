import { isSandboxError, renderFailure } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import { type HostEnvironment, nodeHost } from "../host/node-host.ts";
import { rememberingHost } from "../host/remembering-host.ts";
import { denyReply, type HookOutput, isValidReply } from "../protocol/hook-output.ts";
import { answerToolCall } from "./answer-tool-call.ts";
import { cachedReader } from "./cached-reader.ts";
import { findLaunch } from "./launch-store.ts";
import { locateSite } from "./site.ts";

/** The hook's process as the client started it. Nothing else of it may count: another process may answer for it. */
export interface HookCaller {
  readonly environment: HostEnvironment & { readonly CLAUDE_PROJECT_DIR?: string | undefined };
  /** The folder that the hook was started from. */
  readonly libexec: string;
  /** Its process id, by whose ancestors the options of a session are found. */
  readonly pid: number;
}

function answer(text: string, { environment, libexec, pid }: HookCaller): HookOutput {
  const host = rememberingHost(nodeHost(environment));
  const site = locateSite(host, hostPath(libexec));
  const projectFolder = environment.CLAUDE_PROJECT_DIR;
  const reader = cachedReader(host, site);
  const launcher = findLaunch(site.state, reader, pid);
  return answerToolCall(text, { host, site, reader, launcher, projectFolder });
}

/**
 * PreToolUse from text to text: the event as it came on standard input, the answer as one line of JSON. An expected
 * failure is an answer that the model can read.
 * @throws anything else, which is a defect of ours; the caller refuses the call
 */
export function answerEvent(text: string, caller: HookCaller): string {
  let reply: HookOutput;
  try {
    reply = answer(text, caller);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    reply = denyReply(`The command was not run: ${renderFailure(error)}`);
  }
  if (!isValidReply(reply)) throw new TypeError("the hook's answer does not have the documented form");
  return JSON.stringify(reply);
}
