import type { Site } from "../core/engine.ts";
import { joinHost } from "../core/paths.ts";

/**
 * Loads a bundle that lies beside the hook and that most calls do not need; gives what its entry in hooks/ exports.
 * Throws when it is missing: the caller refuses the command.
 */
export function loadPart(site: Pick<Site, "libexec">, name: string): unknown {
  // Not an import: most calls do without, and each module of Node costs a share of a millisecond.
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(joinHost(site.libexec, "hook"))(`./${name}.cjs`);
}
