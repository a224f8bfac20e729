import { answerPrompt } from "../src/runtime/session-events/answer-prompt.ts";
import { answerEvent } from "./answer-event.ts";

answerEvent(answerPrompt);
