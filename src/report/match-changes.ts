import type { AuditEvent } from "../core/audit.ts";

/** A file, and the commands that ran when it was changed last. */
export interface Change {
  readonly path: string;
  /** Commands, or their digests. */
  readonly during: readonly string[];
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly command: string;
}

/** Clocks of file systems are coarse: a tick, in milliseconds. */
const TICK = 20;

function windowsOf(events: readonly AuditEvent[]): readonly Window[] {
  const commands = new Map(
    events.flatMap(({ event, job, command, commandHash }) =>
      event === "decision" && job !== undefined ? [[job, command ?? `SHA-256 ${commandHash ?? ""}`]] : [],
    ),
  );
  return events.flatMap(({ event, job, time, milliseconds }) => {
    const command = job === undefined ? undefined : commands.get(job);
    if (event !== "run" || command === undefined || milliseconds === undefined) return [];
    const to = Date.parse(time);
    return [{ from: to - milliseconds - TICK, to: to + TICK, command }];
  });
}

/** The files that were changed last while a command ran, by path. Who else was at work then is not known. Pure. */
export function matchChanges(
  events: readonly AuditEvent[],
  files: readonly { readonly path: string; readonly time: number }[],
): readonly Change[] {
  const windows = windowsOf(events);
  return files
    .map(({ path, time }) => ({
      path,
      during: windows.filter(({ from, to }) => from <= time && time <= to).map(({ command }) => command),
    }))
    .filter(({ during }) => during.length > 0)
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}
