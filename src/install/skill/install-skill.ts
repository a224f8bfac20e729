import { existsSync, readFileSync, rmSync, rmdirSync } from "node:fs";
import path from "node:path";
import { InstallError } from "../../core/errors.ts";
import { type HostPath, joinHost } from "../../core/paths.ts";
import { ensureFolder, namesIn, writeAtomically } from "../atomic-write.ts";
import type { InstallEnvironment } from "../scope.ts";

/** Where Claude Code reads the user's skills from; `/sandhook` is the folder's name. */
export function skillFile({ home, claudeConfigDir }: InstallEnvironment): HostPath {
  return joinHost(claudeConfigDir ?? joinHost(home, ".claude"), "skills/sandhook/SKILL.md");
}

/** The text that comes with the product. */
function skillText(source: string): string {
  return readFileSync(path.join(source, "profiles/skill/SKILL.md"), "utf8");
}

function refuseForeign(file: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8").includes("\nname: sandhook\n")) return;
  throw new InstallError({
    code: "skill.foreign",
    message: `${file} exists and is not sandhook's`,
    hint: "Move it away and run the command again.",
  });
}

/**
 * Puts the skill in place; false when it was there already.
 * @throws InstallError `skill.foreign`, `machine.*`
 */
export function installSkill(environment: InstallEnvironment, source: string): boolean {
  const file = skillFile(environment);
  const text = skillText(source);
  refuseForeign(file);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return false;
  ensureFolder(path.dirname(file));
  writeAtomically(file, text, { mode: 0o644 });
  return true;
}

/**
 * Takes the skill away, and folders that held nothing else; false when there was none.
 * @throws InstallError `skill.foreign`
 */
export function uninstallSkill(environment: InstallEnvironment): boolean {
  const file = skillFile(environment);
  if (!existsSync(file)) return false;
  refuseForeign(file);
  rmSync(file);
  for (const folder of [path.dirname(file), path.dirname(path.dirname(file))])
    if (namesIn(folder).length === 0) rmdirSync(folder);
  return true;
}
