import { writeSync } from "node:fs";
import { renderFailure } from "../src/core/errors.ts";
import { hostPath } from "../src/core/paths.ts";
import { answerShellLine } from "../src/runtime/answer-shell-line.ts";
import { openContext } from "../src/runtime/open-context.ts";
import { ownCaller } from "../src/runtime/own-caller.ts";

/** 126: the line could not be executed. The gate's script adds nothing and runs nothing. */
const REFUSED = 126;

// Arguments: libexec, the shell line. Answer: a word for the gate's script, then what the job needs, one part each
// behind a NUL-free separator that no path or line of a client can hold at that place.
try {
  const [, , libexec = "", line = ""] = process.argv;
  const answer = answerShellLine(line, {
    ...openContext(ownCaller(libexec)),
    sessionId: process.env["CLAUDE_CODE_SESSION_ID"],
    cwd: hostPath(process.cwd()),
  });
  writeSync(1, answer.kind === "pass" ? "pass" : `run ${answer.id} ${answer.cwdFile} ${answer.preamble}`);
} catch (error) {
  writeSync(2, `sandhook: the command was not run: ${renderFailure(error)}\n`);
  process.exitCode = REFUSED;
}
