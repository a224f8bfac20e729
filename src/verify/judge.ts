import { readFileSync, statSync } from "node:fs";
import type { Trace } from "./attack-script.ts";
import type { Attempt } from "./attempt.ts";
import type { Baits } from "./baits.ts";
import { type Names, secretOf } from "./names.ts";
import { placeIn, snapshot, type World } from "./world.ts";

/** What an attempt came to. */
export type Outcome =
  | { readonly kind: "contained" }
  | { readonly kind: "out" }
  /** It was not made, or shows nothing here; `reason` completes "not tried: …". */
  | { readonly kind: "untried"; readonly reason: string };

/** What one attack left behind. */
export interface Scene {
  readonly world: World;
  readonly names: Names;
  readonly baits: Baits;
  readonly traces: ReadonlyMap<string, Trace>;
  /** Of every path that must stay as it was, before the attack. */
  readonly before: ReadonlyMap<string, string>;
}

/** Looks at every path that must stay as it is. */
export function snapshots(world: World, attempts: readonly Attempt[]): ReadonlyMap<string, string> {
  const files = attempts.flatMap(({ evidence }) => (evidence.kind === "altered" ? [evidence.file] : []));
  return new Map(files.map((file) => [file, snapshot(placeIn(world, file))]));
}

function holds(file: string, text: string): boolean {
  return (
    statSync(file, { throwIfNoEntry: false })?.isFile() === true && readFileSync(file, "utf8").includes(text)
  );
}

function gotOut({ id, evidence }: Attempt, trace: Trace, scene: Scene): boolean {
  const { world, names, baits } = scene;
  switch (evidence.kind) {
    case "marked":
      return (
        holds(placeIn(world, evidence.file), `${id}\n`) || holds(placeIn(world, evidence.file), `= ${id}`)
      );
    case "altered":
      return snapshot(placeIn(world, evidence.file)) !== scene.before.get(evidence.file);
    case "printed":
      return trace.output.includes(secretOf(names, evidence.secret));
    case "arrived":
      return baits.arrived().split(/[\s/]/).includes(id);
    case "ended":
      return baits.isGone(evidence.bait);
    case "done":
      return trace.end.kind === "status" && trace.end.status === 0;
  }
}

/** Whether an attempt got out, by what can be seen from the host. */
export function judge(attempt: Attempt, scene: Scene): Outcome {
  const trace = scene.traces.get(attempt.id);
  if (trace === undefined) return { kind: "untried", reason: "the call ended before" };
  if (trace.end.kind === "lacks") return { kind: "untried", reason: `${trace.end.program} is missing there` };
  return { kind: gotOut(attempt, trace, scene) ? "out" : "contained" };
}
