import { type HostPath, joinHost } from "../../core/paths.ts";
import type { Plan } from "../../core/plan.ts";
import type { ParameterTable } from "./parameters.ts";
import type { ProfileEntry } from "./profile-table.ts";
import { renderRule, treeFilters } from "./rules.ts";
import { privateSpellings } from "./spellings.ts";

/** The folders and files that can be written: those of the plan as far as the profile grants them, and the temporary one. */
export function writableRoots(plan: Plan, profile: ProfileEntry): readonly HostPath[] {
  const { writable, temporary } = plan.filesystem;
  return [...new Set([...(profile.writes === "plan" ? writable : []), temporary])];
}

/** The narrower of what the plan and the profile let a command read. */
export function effectiveReads(plan: Plan, profile: ProfileEntry): "host" | "listed" {
  return plan.filesystem.reads === "listed" ? "listed" : profile.reads;
}

function references(table: ParameterTable, prefix: string, paths: readonly HostPath[]): readonly string[] {
  return paths.flatMap(privateSpellings).map((path) => table.reference(prefix, path));
}

/**
 * What the plan lets a command read and write.
 * 1. Listed paths can be read, the project and the session's shell snapshot (the user's functions) among them.
 * 2. Writable roots can be read, written, linked and cloned within.
 * 3. Unix sockets work inside writable roots: they are files of the project, not network.
 */
export function renderGrants(
  plan: Plan,
  profile: ProfileEntry,
  table: ParameterTable,
  claudeDir: HostPath,
): readonly string[] {
  const { readable, writable } = plan.filesystem;
  const snapshots = joinHost(claudeDir, "shell-snapshots");
  const shown = [...readable, ...writable, plan.project.root, snapshots];
  const reads = references(table, "READ", shown).flatMap(treeFilters);
  const roots = references(table, "WRITE", writableRoots(plan, profile));
  const trees = roots.flatMap(treeFilters);
  return [
    ...renderRule("allow", ["file-read*"], reads),
    ...renderRule("allow", ["file-read*", "file-write*", "file-link", "file-clone"], trees),
    "(allow system-socket (socket-domain AF_UNIX))",
  ];
}

/** Unix sockets inside writable roots; after the network reset. */
export function renderLocalSockets(
  plan: Plan,
  profile: ProfileEntry,
  table: ParameterTable,
): readonly string[] {
  const roots = references(table, "WRITE", writableRoots(plan, profile));
  return [
    ...renderRule(
      "allow",
      ["network-bind", "network-inbound"],
      roots.map((root) => `(local unix-socket (subpath ${root}))`),
    ),
    ...renderRule(
      "allow",
      ["network-outbound"],
      roots.map((root) => `(remote unix-socket (subpath ${root}))`),
    ),
  ];
}
