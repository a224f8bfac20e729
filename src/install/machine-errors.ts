import { InstallError } from "../core/errors.ts";

const SAYINGS: Readonly<Record<string, readonly [string, string, string]>> = {
  EACCES: ["read-only", "cannot be written: permission denied", "Give yourself write permission to it."],
  EPERM: ["read-only", "cannot be written: operation not permitted", "Give yourself write permission to it."],
  EROFS: ["read-only", "lies on a read-only file system", "Edit it where it is made, or use another scope."],
  ENOSPC: ["no-space", "could not be written: no space left", "Free some space and run the command again."],
  EDQUOT: ["no-space", "could not be written: quota reached", "Free some space and run the command again."],
  ENOTDIR: ["not-a-folder", "lies below a file, not below a folder", "Move that file away."],
  EEXIST: ["not-a-folder", "is in the way", "Move it away and run the command again."],
  EISDIR: ["not-a-file", "is a folder where a file is expected", "Move that folder away."],
  ENOTEMPTY: ["not-a-file", "is a folder where a link is expected", "Move that folder away."],
  ELOOP: ["not-a-file", "is a symlink that leads to itself", "Repair that link."],
};

/** The system's code of a failure, e.g. `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** True when nothing lies at the path of a failed call, or a parent of it is missing. */
export function isAbsent(error: unknown): boolean {
  return systemCode(error) === "ENOENT";
}

/**
 * Runs a step that touches `path` and turns the system's failures into coded ones (`machine.read-only`, …no-space,
 * …not-a-folder, …not-a-file, …failed). Coded failures pass through.
 */
export function onMachine<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InstallError) throw error;
    const known = SAYINGS[systemCode(error) ?? ""];
    const [code, message, hint] = known ?? [
      "failed",
      `could not be used: ${String(error)}`,
      "See the cause above.",
    ];
    throw new InstallError({ code: `machine.${code}`, message: `${path} ${message}`, hint, cause: error });
  }
}
