import { readEnvironment } from "../install/scope.ts";
import { installSkill, skillFile, uninstallSkill } from "../install/skill/install-skill.ts";
import type { InstallContext } from "./install-context.ts";

/** `install --skill` and `uninstall --skill`; gives the exit code. Idempotent. */
export function runSkill(
  flags: { readonly dryRun?: true },
  context: InstallContext,
  what: "install" | "uninstall",
): number {
  const environment = readEnvironment(context.variables, context);
  const file = skillFile(environment);
  if (flags.dryRun === true) {
    context.print(`would ${what === "install" ? "write" : "remove"} ${file}\n`);
    return 0;
  }
  const changed =
    what === "install" ? installSkill(environment, context.source.folder) : uninstallSkill(environment);
  const done = what === "install" ? `wrote ${file}` : `removed ${file}`;
  context.print(`${changed ? done : "nothing was to be done"}\n`);
  return 0;
}
