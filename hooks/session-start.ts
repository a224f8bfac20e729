import { answerSessionStart } from "../src/runtime/session-events/answer-session-start.ts";
import { answerSessionEvent } from "./answer-session-event.ts";

// The shell gate, which the registered line passes through, adds the word `gated`.
answerSessionEvent((text, context) => answerSessionStart(text, context, process.argv.includes("gated")));
