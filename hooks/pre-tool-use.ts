import { readFileSync, writeSync } from "node:fs";
import { renderFailure } from "../src/core/errors.ts";
import { answerEvent } from "../src/runtime/answer-event.ts";
import { ownCaller } from "../src/runtime/own-caller.ts";

try {
  const answer = answerEvent(readFileSync(0, "utf8"), ownCaller(process.argv[2]));
  writeSync(1, `${answer}\n`);
  process.exit(0);
} catch (error) {
  // Exit code 2 refuses the call on every release, whatever was printed.
  writeSync(2, `sandhook: the command was not run: ${renderFailure(error)}\n`);
  process.exit(2);
}
