import { answerPrompt } from "../src/runtime/session-events/answer-prompt.ts";
import { answerSessionEvent } from "./answer-session-event.ts";

answerSessionEvent(answerPrompt);
