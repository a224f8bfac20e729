import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import type { NetworkFolders } from "../../core/network-place.ts";

/** How long the refusals of a call are kept. Milliseconds. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Where the refusals of one call are, one JSON object a line in the shape of `LoggedEvent`: at most eight, each with
 * another reason. `callId` is the job's id. They are kept for a day.
 */
export function refusalsFile(folders: NetworkFolders, key: string, callId: string): string {
  return path.join(folders.refusals, key, `${callId}.jsonl`);
}

/** Removes the refusals of calls that are long over. */
export function sweepRefusals(folder: string, now = Date.now()): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - written > KEPT_MS) rmSync(file, { force: true });
  }
}
