import { answerSessionStart } from "../src/runtime/session-events/answer-session-start.ts";
import { answerSessionEvent } from "./answer-session-event.ts";

// The shell gate, which the registered line passes through, adds a word.
answerSessionEvent((text, context) => answerSessionStart(text, context, process.argv[3]));
