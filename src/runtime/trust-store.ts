import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Host } from "../core/host.ts";
import { parentOf } from "../core/paths.ts";
import type { Project } from "../core/plan.ts";
import { trustFile } from "../policy/trust.ts";
import { ensurePrivateFolder } from "./job-store.ts";

/**
 * Remembers that the user trusts a project as long as what it says has this digest. Appears whole or not at all.
 * @throws EngineError `job.not-written` when the folder cannot be made
 */
export function writeTrust(host: Host, project: Project, digest: string): void {
  const file = trustFile(host, project);
  ensurePrivateFolder(parentOf(file));
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${digest}\n${project.root}\n${new Date().toISOString()}\n`, { mode: 0o600 });
  renameSync(next, file);
}

/** Forgets it; idempotent. */
export function removeTrust(host: Host, project: Project): void {
  rmSync(trustFile(host, project), { force: true });
}
