import path from "node:path";
import { type Command, Option } from "commander";
import { InputError } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import type { ClientVersion } from "../install/client-version.ts";
import { refuseMissingNode, refuseUnstableNode } from "../install/stable-node.ts";
import { renderDiff } from "../install/text-diff.ts";
import {
  BLANKED_VARIABLES,
  type ManagedPolicy,
  isEnforced,
  renderDropIn,
  renderSettings,
} from "../install/managed/drop-in.ts";
import { EXPORT_FORMATS, type ExportFormat, exportManaged } from "../install/managed/export-managed.ts";
import {
  type ManagedOptions,
  installManaged,
  planDropIn,
  planDropInRemoval,
  refuseWithoutRights,
  uninstallManaged,
} from "../install/managed/install-managed.ts";
import { readManagedSettings } from "../install/managed/managed-record.ts";
import { type ManagedPlace, managedPlace } from "../install/managed/place.ts";
import { verifyManaged } from "../install/managed/verify-managed.ts";
import { agreed, clientVersion, guarded } from "./install-consent.ts";
import { addExample } from "./example.ts";
import type { InstallContext } from "./install-context.ts";

/** Flags of `install` and `uninstall` that only count with `--scope managed`. */
export interface ManagedFlags {
  readonly engine?: string;
  readonly onlyManagedHooks?: true;
  readonly requireVersion?: ClientVersion;
  readonly keepEnv?: readonly string[];
  readonly runtimeOnly?: true;
  readonly staging?: string;
  readonly node?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

const onlyHooks = (): Option =>
  new Option("--only-managed-hooks", "with managed: hooks of users, projects and plugins do not run");
const requireVersion = (): Option =>
  new Option(
    "--require-version <version>",
    "with managed: older releases of Claude Code do not start",
  ).argParser(clientVersion);
const keepEnv = (): Option =>
  new Option(
    "--keep-env <names...>",
    "with managed: variables that are not blanked, though a repository can set them",
  ).choices(BLANKED_VARIABLES);
/** Where a package is built. */
export const staging = (): Option =>
  new Option("--staging <folder>", "with managed: this folder stands in for /, to build a package");
const runtimeOnly = (): Option =>
  new Option("--runtime-only", "with managed: the settings come from elsewhere (MDM, claude.ai)");

/** Adds the flags of `--scope managed` to a command. */
export function addManagedFlags(command: Command): Command {
  return command
    .addOption(onlyHooks())
    .addOption(requireVersion())
    .addOption(keepEnv())
    .addOption(runtimeOnly())
    .addOption(staging());
}

function placeOf(flags: { readonly staging?: string }): ManagedPlace {
  const folder = flags.staging === undefined ? undefined : hostPath(path.resolve(flags.staging));
  return managedPlace(process.platform, folder);
}

function policyOf(flags: ManagedFlags): ManagedPolicy {
  return {
    onlyManagedHooks: flags.onlyManagedHooks === true,
    requiredVersion: flags.requireVersion,
    keepVariables: flags.keepEnv ?? [],
    engine: flags.engine,
  };
}

/** `install --scope managed`; gives the exit code. */
export async function runManagedInstall(flags: ManagedFlags, context: InstallContext): Promise<number> {
  const place = placeOf(flags);
  const node = flags.node ?? context.node;
  refuseUnstableNode(node);
  refuseMissingNode(node);
  const policy = policyOf(flags);
  const options: ManagedOptions = {
    place,
    policy,
    source: context.source,
    node,
    runtimeOnly: flags.runtimeOnly === true,
  };
  const { file, before, after } = planDropIn(options);
  const diff = options.runtimeOnly ? "" : renderDiff(file, before, after);
  if (flags.dryRun === true) {
    context.print(diff === "" ? `${file} needs no change\n` : diff);
    return 0;
  }
  refuseWithoutRights(place, "sandhook install --scope managed");
  if (!(await agreed(flags, context, diff))) return 1;
  let steps = 0;
  await installManaged(options, (step) => {
    steps += 1;
    context.print(`${step}\n`);
  });
  if (steps === 0) context.print("everything was installed already\n");
  if (policy.requiredVersion !== undefined && !isEnforced(policy.requiredVersion))
    context.tell("releases before 2.1.163 do not know requiredMinimumVersion; the demand has no effect");
  return 0;
}

/** `uninstall --scope managed`; gives the exit code. */
export async function runManagedUninstall(flags: ManagedFlags, context: InstallContext): Promise<number> {
  const place = placeOf(flags);
  const { file, before, after } = planDropInRemoval(place);
  const diff = renderDiff(file, before, after);
  if (flags.dryRun === true) {
    context.print(diff === "" ? `${file} needs no change\n` : diff);
    return 0;
  }
  refuseWithoutRights(place, "sandhook uninstall --scope managed");
  if (!(await agreed(flags, context, diff))) return 1;
  await uninstallManaged(place, (step) => {
    context.print(`${step}\n`);
  });
  return 0;
}

interface ExportFlags extends ManagedFlags {
  readonly format: ExportFormat;
  readonly policy?: string;
}

function runExport(flags: ExportFlags, { print }: InstallContext): number {
  // The policy file is a settings file as an administrator would write it: its `sandhook` key and others are kept.
  const existing =
    flags.policy === undefined ? {} : (readManagedSettings(flags.policy) ?? missing(flags.policy));
  print(exportManaged(renderDropIn(existing, placeOf({}).root, policyOf(flags)), flags.format));
  return 0;
}

function missing(file: string): never {
  throw new InputError({
    code: "managed.no-policy-file",
    message: `${file} does not exist`,
    hint: "Name a settings file with the rest of your policy.",
  });
}

interface VerifyFlags {
  readonly runtime?: string;
  readonly runtimeOnly?: true;
  readonly staging?: string;
  readonly json?: true;
}

function runVerify(flags: VerifyFlags, { print, tell }: InstallContext): number {
  const findings = verifyManaged({
    place: placeOf(flags),
    runtime: flags.runtime,
    runtimeOnly: flags.runtimeOnly === true,
  });
  if (flags.json === true) print(renderSettings({ ok: findings.length === 0, findings }));
  else if (findings.length === 0) print("this machine is what the policy says\n");
  else {
    for (const { path: at, problem } of findings) print(`${at}: ${problem}\n`);
    tell("To put it right, type: sudo sandhook install --scope managed, with the flags of the policy");
  }
  return findings.length === 0 ? 0 : 1;
}

/** Adds `managed export` and `managed verify`. */
export function addManagedCommands(program: Command, context: InstallContext): void {
  const managed = addExample(program.command("managed"), "sandhook managed export --format plist");
  managed.description("the organisation's settings");
  addExample(managed.command("export"), "sandhook managed export --format json")
    .description("print the settings for a device management system")
    .addOption(
      new Option("--format <format>", "for what")
        .choices(EXPORT_FORMATS)
        .default("json" satisfies ExportFormat),
    )
    .option("--policy <file>", "a settings file whose other keys (sandhook, permissions, …) are exported too")
    .addOption(onlyHooks())
    .addOption(requireVersion())
    .addOption(keepEnv())
    .action((flags: ExportFlags) => guarded(context, () => runExport(flags, context)));
  addExample(managed.command("verify"), "sandhook managed verify --json")
    .description("compare this machine with what was installed; exit code 1 and a list when it differs")
    .option("--runtime <version-digest>", "the runtime that must be in use")
    .addOption(runtimeOnly())
    .addOption(staging())
    .option("--json", "for programs")
    .action((flags: VerifyFlags) => guarded(context, () => runVerify(flags, context)));
}
