import { readFileSync, writeSync } from "node:fs";
import { renderFailure } from "../src/core/errors.ts";
import { isSessionReply, type SessionReply } from "../src/protocol/session-events.ts";
import type { HookContext } from "../src/runtime/hook-context.ts";
import { openContext } from "../src/runtime/open-context.ts";
import { ownCaller } from "../src/runtime/own-caller.ts";

/**
 * The whole of an entry for an event of the session: one answer on stdout, or exit code 2, which blocks where the event
 * can be blocked.
 */
export function answerSessionEvent(answer: (text: string, context: HookContext) => SessionReply): void {
  try {
    const reply = answer(readFileSync(0, "utf8"), openContext(ownCaller(process.argv[2])));
    if (!isSessionReply(reply)) throw new Error("the hook's answer does not have the documented form");
    writeSync(1, `${JSON.stringify(reply)}\n`);
  } catch (error) {
    writeSync(2, `sandhook: ${renderFailure(error)}\n`);
    process.exitCode = 2;
  }
}
