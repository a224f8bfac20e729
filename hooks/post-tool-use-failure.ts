import { readFileSync, writeSync } from "node:fs";
import { isSandboxError } from "../src/core/errors.ts";
import { contextReply } from "../src/protocol/failure-event.ts";
import { answerFailure } from "../src/runtime/answer-failure.ts";
import { openContext } from "../src/runtime/open-context.ts";
import { ownCaller } from "../src/runtime/own-caller.ts";

/** The call is over; what cannot be explained is left as it is. */
function explain(): string | undefined {
  try {
    return answerFailure(readFileSync(0, "utf8"), openContext(ownCaller(process.argv[2])));
  } catch (error) {
    // Settings that became invalid meanwhile: the next call says so.
    if (isSandboxError(error)) return undefined;
    throw error;
  }
}

writeSync(1, `${contextReply(explain())}\n`);
