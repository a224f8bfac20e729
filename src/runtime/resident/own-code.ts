import { readdirSync, realpathSync, statSync } from "node:fs";

/** The installation that a process was started from: as the hook names it, and the version that it was then. */
export interface Installation {
  readonly libexec: string;
  readonly libexecReal: string;
}

/** What changes when a file below is replaced, edited, added or taken away. */
function printOf(folder: string): string {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const { ino, size, mode, mtimeNs, ctimeNs } = statSync(`${folder}/${name}`, { bigint: true });
      return [name, ino, size, mode, mtimeNs, ctimeNs].join(" ");
    })
    .join("\n");
}

/**
 * Remembers the code as it is, and gives a function that says whether it still is: the same version is the current one,
 * and none of its files has changed, so that the slow path would run what is loaded here.
 */
export function watchCode({ libexec, libexecReal }: Installation): () => boolean {
  const first = printOf(libexecReal);
  return () => {
    try {
      return realpathSync.native(libexec) === libexecReal && printOf(libexecReal) === first;
    } catch {
      return false; // The version was removed.
    }
  };
}
