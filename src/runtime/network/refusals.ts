import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import type { NetworkFolders } from "../../core/network-place.ts";
import type { LoggedEvent } from "./event-log.ts";

/** How long the refusals of a call are kept. Milliseconds. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Where the refusals of one call are, one JSON object a line in the shape of `LoggedEvent`: at most eight, each with
 * another reason. `callId` is the job's id. They are kept for a day.
 */
export function refusalsFile(folders: NetworkFolders, key: string, callId: string): string {
  return path.join(folders.refusals, key, `${callId}.jsonl`);
}

/** Events of a file, one JSON object a line. A line that a crash has cut is left out; no file means no events. */
export function readEvents(file: string): readonly LoggedEvent[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").flatMap(parseEvent);
}

/** The event of a line of a log; none for a line that is not whole. */
export function parseEvent(line: string): readonly LoggedEvent[] {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === "object" && value !== null ? [value as LoggedEvent] : [];
  } catch {
    return []; // Cut by a crash, or empty.
  }
}

/** Removes the refusals of calls that are long over. */
export function sweepRefusals(folder: string, now = Date.now()): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - written > KEPT_MS) rmSync(file, { force: true });
  }
}
