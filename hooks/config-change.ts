import { answerConfigChange } from "../src/runtime/session-events/answer-config-change.ts";
import { answerEvent } from "./answer-event.ts";

answerEvent(answerConfigChange);
