import type { Site } from "../core/engine.ts";
import type { PipelineInput } from "../pipeline.ts";
import { loadPart } from "./load-part.ts";

interface Part {
  readonly judgeCommand: PipelineInput["judge"];
}

/** The evaluator of permission rules, loaded when the first rule is met. */
export function lazyJudge(site: Site): PipelineInput["judge"] {
  return (question) => (loadPart(site, "permission-rules") as Part).judgeCommand(question);
}
