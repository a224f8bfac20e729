import { readFileSync, writeSync } from "node:fs";
import { isSandboxError, renderFailure } from "../src/core/errors.ts";
import { hostPath } from "../src/core/paths.ts";
import { nodeHost } from "../src/host/node-host.ts";
import { rememberingHost } from "../src/host/remembering-host.ts";
import { denyReply, type HookOutput, isValidReply } from "../src/protocol/hook-output.ts";
import { answerToolCall } from "../src/runtime/answer-tool-call.ts";
import { cachedReader } from "../src/runtime/cached-reader.ts";
import { findLaunch } from "../src/runtime/launch-store.ts";
import { locateSite } from "../src/runtime/site.ts";

/** Exit code 2 refuses the call on every release, whatever was printed. */
function refuse(message: string): never {
  writeSync(2, `sandhook: the command was not run: ${message}\n`);
  process.exit(2);
}

function answer(reply: HookOutput): never {
  if (!isValidReply(reply)) refuse("the hook's answer does not have the documented form");
  writeSync(1, `${JSON.stringify(reply)}\n`);
  process.exit(0);
}

try {
  const libexec = hostPath(process.argv[2] ?? __dirname);
  const host = rememberingHost(nodeHost(process.env));
  const site = locateSite(host, libexec);
  const projectFolder = process.env["CLAUDE_PROJECT_DIR"];
  const reader = cachedReader(host, site);
  const launcher = findLaunch(site.state, reader);
  answer(answerToolCall(readFileSync(0, "utf8"), { host, site, reader, launcher, projectFolder }));
} catch (error) {
  // An expected failure is an answer that the model can read; anything else is a defect of ours.
  if (isSandboxError(error)) answer(denyReply(`The command was not run: ${renderFailure(error)}`));
  refuse(renderFailure(error));
}
