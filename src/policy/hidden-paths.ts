import rules from "../../profiles/hidden-paths.json" with { type: "json" };
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost } from "../core/paths.ts";
import type { HiddenPath } from "../core/plan.ts";

/** Every place that may hold secrets, whether or not anything is there. */
export function secretLocations(host: Host): HostPath[] {
  return [
    ...rules.home.map((name) => joinHost(host.home, name)),
    ...rules.system.map(hostPath),
    host.claudeDir,
  ];
}

/**
 * What a command must not see, of the places that exist. A symlink is resolved: its target is hidden, since a mount
 * cannot be put on a link. `exposed` (real paths) are left visible; a path below a hidden folder needs no entry.
 */
export function planHiddenPaths(
  host: Host,
  denied: readonly HostPath[],
  exposed: readonly HostPath[],
): HiddenPath[] {
  const real = new Set<HostPath>();
  for (const place of secretLocations(host)) {
    const path = host.realPath(place);
    if (path !== undefined && path !== "/" && !exposed.includes(path)) real.add(path);
  }
  for (const path of denied) real.add(path);
  const outermost = [...real].filter(
    (path) => ![...real].some((other) => other !== path && isInside(path, other)),
  );
  return outermost
    .sort()
    .map((path) => ({ path, kind: host.inspect(path)?.kind === "directory" ? "directory" : "file" }));
}
