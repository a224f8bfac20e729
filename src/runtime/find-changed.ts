import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";

/** A file and when it was changed last, which no program can set at will. */
export interface ChangedFile {
  readonly path: string;
  /** ctime: milliseconds since 1970. */
  readonly time: number;
}

/** Large, and made by tools of their own. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules", ".venv", "__pycache__", "target"]);

/** Entries that are looked at in all; a bound on what a report may cost. */
const MOST_ENTRIES = 50_000;

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // Gone meanwhile, or closed to the user.
  }
}

/** Outermost folders only. */
function withoutInner(folders: readonly string[]): readonly string[] {
  const inside = (one: string, other: string): boolean => one !== other && `${one}/`.startsWith(`${other}/`);
  return [...new Set(folders)].filter((folder) => !folders.some((other) => inside(folder, other)));
}

/** The files below the folders that were changed after `since`; links are not followed. */
export function findChanged(folders: readonly string[], since: number): readonly ChangedFile[] {
  const found: ChangedFile[] = [];
  const waiting = [...withoutInner(folders)];
  let seen = 0;
  for (const folder of waiting) {
    for (const entry of entriesOf(folder)) {
      seen += 1;
      if (seen > MOST_ENTRIES) return found;
      const file = path.join(folder, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push(file);
      if (!entry.isFile()) continue;
      const time = lstatSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
      if (time >= since) found.push({ path: file, time });
    }
  }
  return found;
}
