import path from "node:path";
import { InputError } from "./errors.ts";

/** An absolute, normalised path on the machine that Claude Code runs on. */
export type HostPath = string & { readonly __brand: "HostPath" };

/** Almost every path is normal already; looking is far cheaper than normalising. */
const NOT_NORMAL = /\/\/|\/\.\.?(?:\/|$)|.\/$|\0/;

function requireAbsolute(value: string): string {
  if (value.startsWith("/") && !NOT_NORMAL.test(value)) return value;
  if (value.includes("\0") || !path.posix.isAbsolute(value)) {
    throw new InputError({
      code: "path.not-absolute",
      message: `${JSON.stringify(value)} is not an absolute path`,
      hint: "Write the path from the root, for example /home/me/project.",
    });
  }
  const normal = path.posix.normalize(value);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

/**
 * Checks and normalises a host path (`..`, `//` and a trailing slash are removed; symlinks are not resolved).
 * @throws InputError `path.not-absolute` for a relative path or one with a NUL.
 */
export function hostPath(value: string): HostPath {
  return requireAbsolute(value) as HostPath;
}

/**
 * Where an organisation installs the runtime for every user of a machine. Below /opt: unlike /usr/local it belongs to
 * root alone on every system we know (Debian's group `staff`, and Homebrew on Intel Macs, write in /usr/local).
 */
export const ORGANISATION_ROOT = hostPath("/opt/sandhook");

/** Joins segments below a host path. A segment may hold slashes; `..` is resolved by the caller's own checks. */
export function joinHost(base: HostPath, ...segments: readonly string[]): HostPath {
  return hostPath(`${base}/${segments.join("/")}`);
}

/** The parent folder; `/` is its own parent. */
export function parentOf(child: HostPath): HostPath {
  const end = child.lastIndexOf("/");
  return (end <= 0 ? "/" : child.slice(0, end)) as HostPath;
}

/**
 * True when `child` is `parent` or lies below it, compared by path component, so `/work-2` is not in `/work`.
 * Both must already be real paths where symlinks matter.
 */
export function isInside(child: string, parent: string): boolean {
  if (parent === "/") return child.startsWith("/");
  return child === parent || child.startsWith(`${parent}/`);
}

/** The folders strictly between `base` and `child`, outermost first; empty when child lies directly in base. */
export function foldersBetween(base: HostPath, child: HostPath): HostPath[] {
  const folders: HostPath[] = [];
  for (let at = parentOf(child); at !== base && isInside(at, base); at = parentOf(at)) folders.unshift(at);
  return folders;
}
