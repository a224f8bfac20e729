import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { NetworkFolders } from "../../core/network-place.ts";
import { type NetworkRules, placeOf, type Project } from "../../core/plan.ts";

/** One project's rules on disk. */
export interface PolicyRecord {
  readonly project: string;
  readonly rules?: NetworkRules | undefined;
}

/** Where a project's rules lie. */
export function policyFile(folders: NetworkFolders, key: string): string {
  return path.join(folders.policies, `${key}.json`);
}

function readIfThere(file: string): string | undefined {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  return readFileSync(file, "utf8");
}

/**
 * Leaves a project's rules where the proxy looks them up; from the next connection on they apply, to running sandboxes
 * too. Appears whole or not at all; writes nothing when nothing has changed. The folder exists.
 */
export function recordPolicy(
  folders: NetworkFolders,
  project: Project,
  rules: NetworkRules | undefined,
): void {
  const file = policyFile(folders, placeOf(project));
  const text = JSON.stringify({ project: project.root, rules } satisfies PolicyRecord);
  if (readIfThere(file) === text) return;
  const next = `${file}.${process.pid}`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, file);
}

/** Leaves a project without rules, if it has any: nothing is allowed from the next connection on, and open ones end. */
export function withdrawPolicy(folders: NetworkFolders, project: Project): void {
  if (readIfThere(policyFile(folders, placeOf(project))) !== undefined)
    recordPolicy(folders, project, undefined);
}
