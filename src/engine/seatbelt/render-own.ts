import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { isInside, joinHost } from "../../core/paths.ts";
import type { Plan } from "../../core/plan.ts";
import { CONTENT_OPERATIONS, RENAME_OPERATIONS, WRITE_OPERATIONS } from "./operations.ts";
import { physicalPaths, physicalSpelling } from "./physical-paths.ts";
import { type DenyContext, everySpelling, renderPins } from "./render-denies.ts";
import { renderExcept, renderRule } from "./rules.ts";

/** Folders and files that decide what the next command may do: Claude Code's settings and sandhook itself. */
function ownPaths(host: Host, site: Site): readonly HostPath[] {
  const { home, claudeDir } = host;
  const paths = [
    claudeDir,
    joinHost(home, ".claude"),
    joinHost(home, ".claude.json"),
    joinHost(home, ".config", "sandhook"),
    site.libexec,
    site.profiles,
    site.state,
  ];
  return [...new Set(paths.flatMap((path) => physicalPaths(host, path)))];
}

/**
 * The last denies of every profile. Our state, Claude Code's stored login and the
 * keys to the editor that it is connected to cannot be read; settings, hooks, shell
 * snapshots and the product itself cannot be written. The command's temporary folder is carved out where the
 * installation keeps it below the state folder.
 */
export function renderOwn(context: DenyContext, plan: Plan, site: Site): readonly string[] {
  const { host, table } = context;
  const temporary = physicalSpelling(plan.filesystem.temporary);
  const carved = (path: HostPath): readonly string[] =>
    isInside(temporary, path)
      ? everySpelling(table, "WRITE", temporary).flatMap((name) => [`(literal ${name})`, `(subpath ${name})`])
      : [];
  const filters = (path: HostPath) =>
    everySpelling(table, "OWN", path).flatMap((name) => [
      renderExcept(`(literal ${name})`, carved(path)),
      renderExcept(`(subpath ${name})`, carved(path)),
    ]);
  const secrets = [
    site.state,
    ...[host.claudeDir, joinHost(host.home, ".claude")].flatMap((folder) => [
      joinHost(folder, ".credentials.json"),
      joinHost(folder, "ide"),
    ]),
  ].flatMap((path) => physicalPaths(host, path));
  return [
    ...renderRule("deny", WRITE_OPERATIONS, ownPaths(host, site).flatMap(filters)),
    ...renderRule("deny", CONTENT_OPERATIONS, secrets.flatMap(filters)),
    ...renderRule(
      "deny",
      RENAME_OPERATIONS,
      ownPaths(host, site).flatMap((path) => renderPins(context, "OWN", path)),
    ),
  ];
}
