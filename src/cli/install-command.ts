import { type Command, InvalidArgumentError, Option } from "commander";
import { renderFailure } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import type { ClientVersion } from "../install/client-version.ts";
import { type InstallOptions, install, planSettings, wantedGroups } from "../install/install.ts";
import { askChoices, withProgress } from "./install-choices.ts";
import { agreed, clientVersion, guarded } from "./install-consent.ts";
import { addExample } from "./example.ts";
import type { InstallContext } from "./install-context.ts";
import { detectClient, reportCheck } from "./install-report.ts";
import { describeNetwork } from "./network-status.ts";
import {
  type ManagedFlags,
  addManagedFlags,
  runManagedInstall,
  runManagedUninstall,
  staging,
} from "./managed-command.ts";
import { runShimInstall, runShimUninstall, tellShimStays } from "./shim-command.ts";
import { runSkill } from "./skill-command.ts";
import { runProcess } from "../install/run-process.ts";
import {
  type InstallScope,
  MANAGED_SCOPE,
  type Scope,
  parseScope,
  readEnvironment,
} from "../install/scope.ts";
import { checkInstallation } from "../install/self-check.ts";
import { refuseMissingNode, refuseUnstableNode } from "../install/stable-node.ts";
import { renderDiff } from "../install/text-diff.ts";
import { planRemoval, uninstall } from "../install/uninstall.ts";

const ENGINES = ["auto", "bubblewrap", "docker", "podman", "seatbelt"] as const;

interface InstallFlags extends ManagedFlags {
  readonly scope: Scope;
  readonly clientVersion?: ClientVersion;
  readonly check: boolean;
  readonly resident: boolean;
  readonly shim?: true;
  readonly skill?: true;
}

const scopeOption = (): Option =>
  new Option(
    "--scope <scope>",
    "whose settings: user, project (committed for the team), local, or managed (every user of this machine)",
  )
    .argParser((text) => orUsage(() => parseScope(text)))
    .default("user" satisfies InstallScope);

/** Adds `install` and `uninstall`. Their actions set `process.exitCode`: 0 done, 1 failed, 2 wrong usage. */
export function addInstallCommands(program: Command, context: InstallContext): void {
  const install = addExample(program.command("install"), "sandhook install --engine docker --dry-run")
    .description("register the hook in Claude Code's settings, and show that it works")
    .addOption(scopeOption())
    .addOption(new Option("--engine <engine>", "write this engine to the scope's settings").choices(ENGINES))
    .option("--dry-run", "print the change as a diff and change nothing")
    .option("-y, --yes", "do not ask")
    .option(
      "--client-version <version>",
      "the release of Claude Code, instead of asking claude",
      clientVersion,
    )
    .option("--node <path>", "the Node that runs the hook, instead of the one that runs this")
    .option("--no-resident", "start a new process for every call, instead of asking one that lives on")
    .option("--no-check", "do not send a sample call through the hook at the end")
    .option("--shim", "instead of that: put a claude in front of the real one, for claude --sandbox")
    .option("--skill", "instead of that: give Claude Code the command /sandhook (status, why, allow)")
    .action((flags: InstallFlags, command: Command) =>
      guarded(context, async () => {
        const chosen = leavesChoices(command, context) ? await askChoices(context) : flags;
        return chosen === undefined ? 1 : runInstall({ ...flags, ...present(chosen) }, context);
      }),
    );
  addManagedFlags(install);
  addExample(program.command("uninstall"), "sandhook uninstall --dry-run")
    .description("take the hook out of Claude Code's settings again")
    .addOption(scopeOption())
    .addOption(staging())
    .option("--shim", "instead of that: take the claude in front of the real one away")
    .option("--skill", "instead of that: take /sandhook away")
    .option("--dry-run", "print the change as a diff and change nothing")
    .option("-y, --yes", "do not ask")
    .action((flags: InstallFlags) => guarded(context, () => runUninstall(flags, context)));
}

/** A person at a terminal who gave no flag that chooses is asked. */
function leavesChoices(command: Command, context: InstallContext): boolean {
  const given = (name: string): boolean =>
    command.getOptionValueSource(name) !== undefined && command.getOptionValueSource(name) !== "default";
  return context.ask !== undefined && !["scope", "engine", "yes", "dryRun", "shim", "skill"].some(given);
}

/** Without the choices that leave a setting as it is. */
function present({ scope, engine }: { readonly scope: Scope; readonly engine?: string | undefined }): {
  readonly scope: Scope;
  readonly engine?: string;
} {
  return engine === undefined ? { scope } : { scope, engine };
}

function orUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(renderFailure(error));
  }
}

async function runInstall(flags: InstallFlags, context: InstallContext): Promise<number> {
  const { scope, engine, resident } = flags;
  if (flags.shim === true) return runShimInstall(flags, context);
  if (flags.skill === true) return runSkill(flags, context, "install");
  if (scope === MANAGED_SCOPE) return runManagedInstall(flags, context);
  const environment = readEnvironment(context.variables, {
    cwd: context.cwd,
    node: flags.node ?? context.node,
  });
  refuseUnstableNode(environment.node);
  refuseMissingNode(environment.node);
  const client = flags.clientVersion ?? (await detectClient(context, environment.home));
  const options: InstallOptions = { scope, environment, source: context.source, client, engine, resident };
  const { file, after, gate } = planSettings(options);
  if (gate === undefined) context.tell(noGate(scope));
  const diff = renderDiff(file.path, file.text, after);
  if (flags.dryRun === true) {
    context.print(diff === "" ? `${file.path} needs no change\n` : diff);
    return 0;
  }
  if (!(await agreed(flags, context, diff))) return 1;
  let steps = 0;
  await install(options, (step) => {
    steps += 1;
    context.print(`${step}\n`);
  });
  if (steps === 0) context.print("everything was installed already\n");
  context.print(`${describeNetwork(nodeHost(context.variables), hostPath(context.cwd))}\n`);
  if (!flags.check) return 0;
  const handler = wantedGroups(scope, environment, client).find(({ event }) => event === "PreToolUse")?.group
    .hooks[0];
  if (handler === undefined) return 1;
  const check = await withProgress("checking the installation with a sample command", context, () =>
    checkInstallation({ handler, gate, project: context.cwd, run: runProcess }),
  );
  return reportCheck(check, context);
}

/** Why a scope's settings get the hook alone. */
function noGate(scope: InstallScope): string {
  return scope === "project"
    ? "a project's settings get the hook alone: the shell gate needs a path of one user. Each member gets it by installing for themselves: sandhook install"
    : `the shell gate cannot be registered from a home folder with " -" in its name; only the hook is`;
}

async function runUninstall(flags: InstallFlags, context: InstallContext): Promise<number> {
  const { scope } = flags;
  if (flags.shim === true) return runShimUninstall(flags, context);
  if (flags.skill === true) return runSkill(flags, context, "uninstall");
  if (scope === MANAGED_SCOPE) return runManagedUninstall(flags, context);
  const environment = readEnvironment(context.variables, context);
  const options = { scope, environment };
  const { file, after, kind } = planRemoval(options);
  const diff = renderDiff(file.path, file.text, after);
  if (flags.dryRun === true) {
    context.print(diff === "" ? `${file.path} holds no hook of sandhook\n` : diff);
    return 0;
  }
  if (!(await agreed(flags, context, diff))) return 1;
  await uninstall(options, (step) => {
    context.print(`${step}\n`);
  });
  if (kind === "nothing") context.print(`${file.path} held no hook of sandhook\n`);
  if (kind === "ours-only")
    context.tell(`${file.path} was changed since the installation; only our hook was taken out`);
  tellShimStays(context);
  return 0;
}
