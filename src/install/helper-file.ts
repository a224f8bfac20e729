import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { RuntimeFile, RuntimeSource } from "./runtime-source.ts";

/** The name under which `hooks/hook` looks for the static helper; without it every call takes the slow path. */
const HELPER = "libexec/helper";

/** What the helper of this version says of itself. */
const VERSION_LINE = /^sandhook helper \d+\n$/;

/** False for a helper of another platform, and where programs of the folder may not be started. */
function runs(file: string): boolean {
  const { status, stdout } = spawnSync(file, ["version"], { encoding: "utf8", env: {}, timeout: 10_000 });
  return status === 0 && VERSION_LINE.test(stdout);
}

/** True when the calls of an installed version are answered with the help of a process that lives on. */
export function holdsHelper(version: string): boolean {
  return existsSync(path.join(version, HELPER));
}

/**
 * The files of a version with the static helper of this machine in its place, when it is wanted and the package holds
 * one that starts here; otherwise without one.
 */
export function placeHelper(
  files: readonly RuntimeFile[],
  source: RuntimeSource,
  wanted: boolean,
): readonly RuntimeFile[] {
  const others = files.filter(({ name }) => name !== HELPER);
  const own = `${HELPER}-${process.platform}-${process.arch}`;
  const helper = others.find(({ name }) => name === own);
  if (!wanted || helper === undefined || !runs(path.join(source.folder, own))) return others;
  const first = others.findIndex(({ name }) => name.startsWith(`${HELPER}-`)); // Where a sorted folder would have it.
  return [...others.slice(0, first), { ...helper, name: HELPER, mode: 0o755 }, ...others.slice(first)];
}
