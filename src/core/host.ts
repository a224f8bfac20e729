import type { HostPath } from "./paths.ts";

/** What lies at a path. A symlink is reported only by `inspect`, which does not follow it. */
export type FileKind = "file" | "directory" | "symlink" | "other";

export interface FileFacts {
  readonly kind: FileKind;
  readonly size: number;
  /** Device and inode as `dev:ino`: changes when a file is replaced by rename. */
  readonly identity: string;
  readonly uid: number;
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
}

/**
 * The machine as the pure stages see it: read-only, synchronous, injected. The hook decides from these facts and
 * never starts a process or talks to a daemon.
 */
export interface Host {
  readonly platform: "linux" | "darwin";
  readonly arch: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: HostPath;
  /** The folder Claude Code keeps its own state in (`CLAUDE_CONFIG_DIR`, else `~/.claude`). */
  readonly claudeDir: HostPath;
  /** The text of a file, or undefined when there is none. Throws for anything unreadable. */
  readText(file: HostPath): string | undefined;
  /** lstat: undefined when nothing is there or a parent is missing. */
  inspect(file: string): FileFacts | undefined;
  /**
   * The path with every symlink resolved and, on a volume that ignores case, spelled as on the disk (realpath(3) of the
   * system, not a walk in JavaScript). Undefined when it does not exist.
   */
  realPath(file: string): HostPath | undefined;
  /** Names in a folder, sorted; empty when it does not exist. */
  list(folder: HostPath): readonly string[];
  /** Absolute path of a program in the fixed search path, or undefined. */
  findProgram(name: string): HostPath | undefined;
  /** SHA-256 of UTF-8 text, in hex. */
  digest(text: string): string;
}
