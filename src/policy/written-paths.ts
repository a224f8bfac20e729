import type { Config } from "../config/resolve.ts";
import { outranks, type Source, type WrittenPath } from "../config/source.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, isInside, joinHost, parentOf } from "../core/paths.ts";
import { expandPattern } from "./expand-pattern.ts";
import type { Grant } from "./replaceable-link.ts";

interface Named extends Grant {
  readonly source: Source;
}

/** What config says about paths, as paths of this machine. */
export interface WrittenPaths {
  /** Existing; what a denial covers is not among them. */
  readonly writable: readonly HostPath[];
  /** Those of `writable` that somebody named in our own vocabulary. */
  readonly opened: readonly HostPath[];
  /** Real as far as they exist. */
  readonly unwritable: readonly HostPath[];
  /** Existing paths that can be seen although they are hidden. */
  readonly exposed: readonly HostPath[];
  /** Existing. */
  readonly hidden: readonly HostPath[];
  /** Every grant that a link leads to. */
  readonly linked: readonly Grant[];
}

/** The real path of what exists of `path`, with the rest as written: a path that does not exist yet can be denied. */
export function realAsFarAsPossible(host: Host, path: HostPath): HostPath {
  const real = host.realPath(path);
  if (real !== undefined || path === "/") return real ?? path;
  return joinHost(realAsFarAsPossible(host, parentOf(path)), path.slice(path.lastIndexOf("/") + 1));
}

/** A denial of a file that may only narrow counts against everybody; else the stronger file decides. */
function beats(denial: Source, grant: Source, trusted: boolean): boolean {
  const foreign = denial.scope === "project" || denial.scope === "local";
  return (foreign && !trusted) || outranks(denial.scope, grant.scope);
}

/** Turns the four lists of `filesystem` and the container's mounts into paths and decides between grants and denials. */
export function readWrittenPaths(
  host: Host,
  config: Config,
  root: HostPath,
  mounts: Config["container.mounts"] = [],
): WrittenPaths {
  const mounted = (readOnly: boolean): WrittenPath[] =>
    mounts.flatMap(({ value, source }) =>
      (value.readOnly ?? true) === readOnly ? [{ value: value.source, source }] : [],
    );
  const named = (paths: readonly WrittenPath[]): Named[] =>
    paths.flatMap(({ value, source }) =>
      expandPattern(host, value, root).map((path) => ({
        path: realAsFarAsPossible(host, path),
        written: path,
        source,
      })),
    );
  const existing = (paths: readonly Named[]): Named[] =>
    paths.filter(({ path }) => host.inspect(path) !== undefined);
  const unwritable = named(config["filesystem.denyWrite"]).map(({ path }) => path);
  const writable = existing(named([...config["filesystem.allowWrite"], ...mounted(false)])).filter(
    ({ path }) => !unwritable.some((denied) => isInside(path, denied)),
  );
  const denials = existing(named(config["filesystem.denyRead"]));
  const exposed = existing(named([...config["filesystem.allowRead"], ...mounted(true)])).filter(
    (grant) =>
      !denials.some(
        ({ path, source }) => isInside(grant.path, path) && beats(source, grant.source, config.trusted),
      ),
  );
  const hidden = denials.filter(({ path }) => !exposed.some((grant) => grant.path === path));
  return {
    writable: writable.map(({ path }) => path),
    opened: writable.filter(({ source }) => source.native !== true).map(({ path }) => path),
    unwritable,
    exposed: exposed.map(({ path }) => path),
    hidden: hidden.map(({ path }) => path),
    linked: [...writable, ...exposed].filter(({ path, written }) => path !== written),
  };
}
