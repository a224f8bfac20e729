import { EngineError } from "../../core/errors.ts";

/**
 * Does something in a folder by names relative to it. The folder was entered, so that no link that takes its place, or that
 * of a parent, leads the work elsewhere. `folder` is a real path; the process is in / afterwards.
 * @throws EngineError `folder.replaced`
 */
export function inFolder(folder: string, work: () => void): void {
  process.chdir(folder);
  try {
    if (process.cwd() !== folder) {
      throw new EngineError({
        code: "folder.replaced",
        message: `${folder} was a folder, and now leads to ${process.cwd()}`,
        hint: "Replace the link by the folder. A background command may have made it.",
      });
    }
    work();
  } finally {
    process.chdir("/");
  }
}
