import type { Site } from "../core/engine.ts";
import type { PipelineInput } from "../pipeline.ts";
import { loadPart } from "./load-part.ts";

interface Part {
  readonly judgeCommand: PipelineInput["judge"];
  readonly linePatterns: PipelineInput["patterns"];
}

const load = (site: Site): Part => loadPart(site, "permission-rules") as Part;

/** The evaluator of permission rules, loaded when the first rule is met. */
export function lazyJudge(site: Site): PipelineInput["judge"] {
  return (question) => load(site).judgeCommand(question);
}

/** The matcher of command patterns, loaded when the first pattern is met. */
export function lazyPatterns(site: Site): PipelineInput["patterns"] {
  return {
    covers: (command, patterns) => load(site).linePatterns.covers(command, patterns),
    touches: (command, pattern) => load(site).linePatterns.touches(command, pattern),
  };
}
