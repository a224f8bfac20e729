import { readFileSync, writeSync } from "node:fs";
import { isSandboxError, renderFailure } from "../src/core/errors.ts";
import { denyReply, type HookOutput, isValidReply } from "../src/protocol/hook-output.ts";
import { answerToolCall } from "../src/runtime/answer-tool-call.ts";
import { openContext } from "./open-context.ts";

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
  answer(answerToolCall(readFileSync(0, "utf8"), openContext(process.argv[2] ?? __dirname)));
} catch (error) {
  // An expected failure is an answer that the model can read; anything else is a defect of ours.
  if (isSandboxError(error)) answer(denyReply(`The command was not run: ${renderFailure(error)}`));
  refuse(renderFailure(error));
}
