import { lstatSync, readlinkSync } from "node:fs";
import path from "node:path";

/** Whose files count as the administrator's, and where the walk to the root ends. */
export interface Authority {
  readonly uid: number;
  /** `/`, or the staging folder of a package. */
  readonly top: string;
}

/** One reason why somebody else than the administrator decides about a path. */
export interface Weakness {
  readonly path: string;
  readonly problem: string;
}

const LINKS = 40;

function weaknessOf(file: string, { uid }: Authority): Weakness[] {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return [{ path: file, problem: "is missing" }];
  const { mode } = stats;
  if (stats.uid !== uid)
    return [{ path: file, problem: `belongs to user ${String(stats.uid)}, not to ${String(uid)}` }];
  if (stats.isSymbolicLink()) return []; // Its own mode means nothing; who may replace it is its folder's.
  const others = (mode & 0o002) !== 0 ? "everybody" : undefined;
  const group = (mode & 0o020) !== 0 && stats.gid !== 0 ? `group ${String(stats.gid)}` : undefined;
  const who = others ?? group;
  return who === undefined ? [] : [{ path: file, problem: `can be written by ${who}` }];
}

/**
 * Everybody but the administrator who could change what lies at `file`: by writing it, or by replacing it or one of the
 * folders on the way, symlinks and their targets included. Empty means nobody. Access control lists are not read.
 */
export function findWeaknesses(file: string, authority: Authority, links = LINKS): readonly Weakness[] {
  const found: Weakness[] = [];
  let at = authority.top;
  for (const name of path.relative(authority.top, file).split(path.sep)) {
    found.push(...weaknessOf(at, authority));
    at = path.join(at, name);
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    if (links === 0) return [...found, { path: at, problem: "is a symlink that leads to itself" }];
    const rest = path.relative(at, file);
    const target = path.resolve(path.dirname(at), readlinkSync(at), rest);
    return [...found, ...weaknessOf(at, authority), ...findWeaknesses(target, authority, links - 1)];
  }
  return [...found, ...weaknessOf(at, authority)];
}
