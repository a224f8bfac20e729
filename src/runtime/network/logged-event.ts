import { existsSync, readFileSync } from "node:fs";
import type { EgressEvent } from "../proxy/egress-types.ts";

/** One line of a log: a decision, as the proxy wrote it down before it took effect. */
export interface LoggedEvent extends EgressEvent {
  /** ISO 8601, UTC. */
  readonly time: string;
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
