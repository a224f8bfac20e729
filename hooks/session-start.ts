import { answerSessionStart } from "../src/runtime/session-events/answer-session-start.ts";
import { answerEvent } from "./answer-event.ts";

// The shell gate, which the registered line passes through, adds the word `gated`.
answerEvent((text, context) => answerSessionStart(text, context, process.argv.includes("gated")));
