import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Argument, type Command, Option } from "commander";
import { profileFiles } from "../config/profile-files.ts";
import { type Config, resolveConfig } from "../config/resolve.ts";
import { settingsReader } from "../config/settings-reader.ts";
import { InstallError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, hostPath } from "../core/paths.ts";
import type { Project } from "../core/plan.ts";
import { type AllowanceKind, ALLOWANCES, planAllowance, requireEffect } from "../explain/plan-allowance.ts";
import { nodeHost } from "../host/node-host.ts";
import { addToList } from "../install/edit-list.ts";
import { type InstallScope, locateSettings, readEnvironment, SCOPES } from "../install/scope.ts";
import { readSettingsFile, writeSettingsFile } from "../install/settings-file.ts";
import { unchanged } from "../install/splice.ts";
import { renderDiff } from "../install/text-diff.ts";
import { readProject, resolveProject } from "../policy/resolve-project.ts";
import { isTrusted } from "../policy/trust.ts";
import { guarded } from "./install-consent.ts";
import type { InstallContext } from "./install-context.ts";

interface AllowFlags {
  readonly yes?: true;
  readonly scope: InstallScope;
}

/** Adds `allow`: exit code 0 when the permission is there afterwards, else 1, or 2 for what cannot be asked for. */
export function addAllowCommand(program: Command, context: InstallContext): void {
  program
    .command("allow")
    .description("let sandboxed commands write or read a path, reach a host, or see a variable")
    .addArgument(new Argument("<what>", "write, read, network, preset or env").choices(ALLOWANCES))
    .argument("<value>", "a path, a host, a preset or the name of a variable")
    .addOption(
      new Option("--scope <scope>", "whose settings: yours, the project's (committed), or yours for it")
        .choices(SCOPES)
        .default("user" satisfies InstallScope),
    )
    .option("--yes", "make the change without asking")
    .addHelpText(
      "after",
      "\nExamples:\n  sandhook allow network registry.npmjs.org\n  sandhook allow write ./build --scope project",
    )
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

/**
 * The configuration that results from the change. A project's own files count for whoever trusts them: as if the person
 * had done so already.
 */
function resultOf(host: Host, folder: HostPath, scope: InstallScope): { config: Config; project: Project } {
  if (scope === "user") return resolveProject(host, folder, settingsReader);
  const { project, layers } = readProject(host, folder, settingsReader);
  const options = { trusted: true, profileFile: profileFiles(host, settingsReader) };
  return { project, config: resolveConfig(layers, options) };
}

/** What else has to be typed before the change counts. */
function trustNotice(host: Host, folder: HostPath, scope: InstallScope): string {
  if (scope === "user") return "it counts from the next command on";
  const { project, layers } = readProject(host, folder, settingsReader);
  return isTrusted(host, project, layers)
    ? "it counts from the next command on"
    : "it counts once whoever works in this project has typed: sandhook trust";
}

async function allow(
  kind: AllowanceKind,
  value: string,
  { yes, scope }: AllowFlags,
  context: InstallContext,
): Promise<number> {
  const { ask, tell, print, cwd, variables } = context;
  const host = nodeHost(variables);
  const folder = hostPath(cwd);
  const { file: path, within } = locateSettings(scope, readEnvironment(variables, context));
  const allowance = planAllowance(kind, value, host, { cwd: folder, within });
  if ((kind === "network" || kind === "preset") && isOpen(host, folder)) {
    print("the network is open: every host can be reached already\n");
    return 0;
  }
  const file = readSettingsFile(path, within);
  const before = file.text ?? "";
  const { after } = addToList(unchanged(before), allowance.place, allowance.entry, path);
  const { project, config } = resultOf(withText(host, path, after), folder, scope);
  requireEffect(allowance, config, host, project.root);
  if (after === before) {
    print(`${allowance.entry} is allowed already by ${path}; ${trustNotice(host, folder, scope)}\n`);
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
  mkdirSync(dirname(file.target), { recursive: true });
  if (!writeSettingsFile(file, after)) {
    throw new InstallError({
      code: "allow.changed",
      message: `${path} was changed by somebody else meanwhile; nothing was written`,
      hint: "Run the command again.",
    });
  }
  print(
    `${allowance.place.join(".")} now holds ${JSON.stringify(allowance.entry)}; ${trustNotice(host, folder, scope)}\n`,
  );
  return 0;
}
