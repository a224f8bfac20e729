import { Argument, type Command } from "commander";
import { settingsReader } from "../config/settings-reader.ts";
import { InstallError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, hostPath, joinHost } from "../core/paths.ts";
import { type AllowanceKind, ALLOWANCES, planAllowance, requireEffect } from "../explain/plan-allowance.ts";
import { nodeHost } from "../host/node-host.ts";
import { addToList } from "../install/edit-list.ts";
import { readSettingsFile, writeSettingsFile } from "../install/settings-file.ts";
import { unchanged } from "../install/splice.ts";
import { renderDiff } from "../install/text-diff.ts";
import { resolveProject } from "../policy/resolve-project.ts";
import { guarded } from "./install-consent.ts";
import type { InstallContext } from "./install-context.ts";

interface AllowFlags {
  readonly yes?: true;
}

/** Adds `allow`: exit code 0 when the permission is there afterwards, else 1, or 2 for what cannot be asked for. */
export function addAllowCommand(program: Command, context: InstallContext): void {
  program
    .command("allow")
    .description("let sandboxed commands write or read a path, reach a host, or see a variable")
    .addArgument(new Argument("<what>", "write, read, network, preset or env").choices(ALLOWANCES))
    .argument("<value>", "a path, a host, a preset or the name of a variable")
    .option("--yes", "make the change without asking")
    .addHelpText("after", "\nExample:\n  sandhook allow network registry.npmjs.org")
    .action((kind: AllowanceKind, value: string, flags: AllowFlags) =>
      guarded(context, () => allow(kind, value, flags, context)),
    );
}

/** The machine as it will be once the file holds the text. */
function withText(host: Host, file: string, text: string): Host {
  return { ...host, readText: (asked) => (asked === file ? text : host.readText(asked)) };
}

/** An entry in a list would close an open network. */
function isOpen(host: Host, folder: HostPath): boolean {
  return resolveProject(host, folder, settingsReader).config["network.mode"].value === "open";
}

async function allow(
  kind: AllowanceKind,
  value: string,
  { yes }: AllowFlags,
  context: InstallContext,
): Promise<number> {
  const { ask, tell, print, cwd } = context;
  const host = nodeHost(context.variables);
  const folder = hostPath(cwd);
  const allowance = planAllowance(kind, value, host, folder);
  if ((kind === "network" || kind === "preset") && isOpen(host, folder)) {
    print("the network is open: every host can be reached already\n");
    return 0;
  }
  const path = joinHost(host.claudeDir, "settings.json");
  const file = readSettingsFile(path);
  const before = file.text ?? "";
  const { after } = addToList(unchanged(before), allowance.place, allowance.entry, path);
  const { project, config } = resolveProject(withText(host, path, after), folder, settingsReader);
  requireEffect(allowance, config, host, project.root);
  if (after === before) {
    print(`${allowance.entry} is allowed already by ${path}\n`);
    return 0;
  }
  tell(renderDiff(path, file.text, after));
  if (yes !== true && ask === undefined) {
    tell("nothing was changed: nobody can be asked here. To make this change, add --yes.");
    return 1;
  }
  if (yes !== true && ask !== undefined && !(await ask("Make this change?"))) {
    tell("nothing was changed");
    return 1;
  }
  if (!writeSettingsFile(file, after)) {
    throw new InstallError({
      code: "allow.changed",
      message: `${path} was changed by somebody else meanwhile; nothing was written`,
      hint: "Run the command again.",
    });
  }
  print(
    `${allowance.place.join(".")} now holds ${JSON.stringify(allowance.entry)}; it counts from the next command on\n`,
  );
  return 0;
}
