import { answerConfigChange } from "../src/runtime/session-events/answer-config-change.ts";
import { answerSessionEvent } from "./answer-session-event.ts";

answerSessionEvent(answerConfigChange);
