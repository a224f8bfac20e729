import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { ensureFolder, namesIn, writeAtomically } from "./atomic-write.ts";
import type { InstallLayout } from "./layout.ts";
import { isAbsent, onMachine } from "./machine-errors.ts";
import { type SettingsFile, digestOf } from "./settings-file.ts";
import { undoSplices } from "./splice.ts";

const splice = z.strictObject({ offset: z.number(), removed: z.string(), inserted: z.string() });
const entry = z.strictObject({
  /** Digest of the bytes before; null when there was no file. */
  before: z.string().nullable(),
  after: z.string(),
  splices: z.array(splice),
  /** The outermost folder that was made for the file. */
  folder: z.string().optional(),
});
const record = z.strictObject({ settings: z.string(), entries: z.array(entry) });

export type InstallEntry = z.infer<typeof entry>;
export type InstallRecord = z.infer<typeof record>;

/** How many edits of one file are remembered; an interrupted run leaves one that never took place. */
const KEPT = 4;

/**
 * What a file was before our edit: `text` undefined means that there was none. The outcome is undefined when the file is
 * not what an edit of ours left, so that only a structural removal can help.
 */
export interface Undone {
  readonly text: string | undefined;
  readonly folder: string | undefined;
}

/** Finds the recorded edit that made a file what it is, and undoes it exactly. */
export function undoRecorded(file: SettingsFile, known: InstallRecord | undefined): Undone | undefined {
  const made = known?.entries.findLast(({ after }) => after === file.digest);
  if (made === undefined || file.text === undefined) return undefined;
  if (made.before === null) return { text: undefined, folder: made.folder };
  const text = undoSplices(file.text, made.splices);
  if (text === undefined || digestOf(file.mark + text) !== made.before) return undefined;
  return { text, folder: undefined };
}

function recordPath(layout: InstallLayout, settings: string): string {
  const key = createHash("sha256").update(settings).digest("hex").slice(0, 16);
  return path.join(layout.records, `${key}.json`);
}

/** The record of a settings file; undefined when there is none. An unreadable one counts as none: it only adds exactness. */
export function readRecord(layout: InstallLayout, settings: string): InstallRecord | undefined {
  return readRecordAt(recordPath(layout, settings));
}

function readRecordAt(file: string): InstallRecord | undefined {
  try {
    return record.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return undefined;
    return onMachine(file, () => {
      throw error;
    });
  }
}

/** Remembers an edit before it is made. */
export function addToRecord(layout: InstallLayout, settings: string, made: InstallEntry): void {
  const file = recordPath(layout, settings);
  const old = readRecordAt(file)?.entries.filter(({ after }) => after !== made.after) ?? [];
  const next: InstallRecord = { settings, entries: [...old, made].slice(-KEPT) };
  ensureFolder(layout.records, 0o700);
  writeAtomically(file, `${JSON.stringify(next, undefined, 2)}\n`, { mode: 0o600 });
}

/** Forgets a settings file. */
export function dropRecord(layout: InstallLayout, settings: string): void {
  onMachine(layout.records, () => {
    rmSync(recordPath(layout, settings), { force: true });
  });
}

/** Every settings file that an installation was made in. */
export function recordedSettings(layout: InstallLayout): readonly string[] {
  const names = namesIn(layout.records).filter((name) => name.endsWith(".json"));
  return names.flatMap((name) => readRecordAt(path.join(layout.records, name))?.settings ?? []);
}
