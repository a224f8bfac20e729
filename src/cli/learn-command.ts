import { type Command, InvalidArgumentError, Option } from "commander";
import { settingsReader } from "../config/settings-reader.ts";
import { InputError, PolicyError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { hostPath } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import { allowDomains } from "../install/edit-network.ts";
import { type InstallScope, locateSettings, readEnvironment, SCOPES } from "../install/scope.ts";
import { readSettingsFile, type SettingsFile, writeSettingsFile } from "../install/settings-file.ts";
import { renderDiff } from "../install/text-diff.ts";
import { resolveProject } from "../pipeline.ts";
import { parseNetworkPolicy } from "../policy/network/network-policy.ts";
import { type Proposal, proposeEntries } from "../policy/network/propose-entries.ts";
import { agreed } from "./install-consent.ts";
import type { InstallContext } from "./install-context.ts";
import { ownNetwork } from "./network-command.ts";
import { followLog, readLog } from "./network-log.ts";
import { readNetwork } from "./network-status.ts";
import { ownTerminal, runGuarded } from "./terminal.ts";

interface LearnFlags {
  readonly scope: InstallScope;
  readonly since: number;
  readonly watch?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Milliseconds of `90s`, `30m`, `4h`, `2d`. */
function duration(text: string): number {
  const [, count, unit = ""] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("Write it as 90s, 30m, 4h or 2d.");
  return Number(count) * (UNITS[unit] ?? 1) * 1000;
}

/** What the project's commands may reach now, as the proxy decides. Undefined: not by an allow-list. */
function currentPolicy(host: Host): ReturnType<typeof parseNetworkPolicy> | undefined {
  const network = readNetwork(host, hostPath(process.cwd()));
  return network.mode === "allowlist" && network.rules !== undefined
    ? parseNetworkPolicy({ mode: "allowlist", ...network.rules })
    : undefined;
}

async function watch(context: InstallContext): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    stop.abort();
  });
  context.tell("watching what this project's commands ask for; press Ctrl-C when they have done their work");
  await followLog({ ...ownNetwork(), signal: stop.signal }, () => undefined);
}

/** The host as it would be with another text in one file: what a change would do is asked before it is made. */
function withText(host: Host, file: string, text: string): Host {
  return { ...host, readText: (name) => (name === file ? text : host.readText(name)) };
}

/** Makes sure that the entries would count where they are written. */
function requireEffect(host: Host, file: SettingsFile, text: string, proposals: readonly Proposal[]): void {
  const after = withText(host, file.path, text);
  const policy = currentPolicy(after);
  const left = policy === undefined ? proposals : proposeEntries(policy, proposals.map(asRefusal));
  if (left.length === 0) return;
  const { config } = resolveProject(after, hostPath(process.cwd()), settingsReader);
  const ignored = config.ignored.find(({ key }) => key === "network.allowedDomains");
  const [reason, hint] =
    ignored?.reason === "managed"
      ? ["the organisation's settings close the list", "Ask your administrator to add the hosts."]
      : ["a repository's own settings cannot widen anything", "Type: sandhook learn --scope user"];
  throw new PolicyError({
    code: "learn.no-effect",
    message: `${file.path} cannot allow ${left.map(({ entry }) => entry).join(", ")}: ${reason}; nothing was changed`,
    hint,
  });
}

function asRefusal({ entry, host, port }: Proposal): Parameters<typeof proposeEntries>[1][number] {
  return { code: "host-not-listed", host, port, change: { key: "network.allowedDomains", entry } };
}

function printProposals(proposals: readonly Proposal[], flags: LearnFlags, context: InstallContext): void {
  if (flags.json === true) context.print(`${JSON.stringify({ proposals })}\n`);
  else for (const { entry, times } of proposals) context.tell(`${entry}  refused ${times} ×`);
}

async function runLearn(flags: LearnFlags, context: InstallContext): Promise<number> {
  const host = nodeHost(process.env);
  const policy = currentPolicy(host);
  if (policy === undefined) {
    throw new InputError({
      code: "learn.no-list",
      message: "commands here do not go by an allow-list, so that nothing can be learnt",
      hint: 'Set sandhook.network to "allowlist" first.',
    });
  }
  const begun = Date.now();
  if (flags.watch === true) await watch(context);
  const from = flags.watch === true ? begun : begun - flags.since;
  const { folders, key } = ownNetwork();
  const seen = readLog(folders, key).filter(({ time }) => Date.parse(time) >= from);
  const proposals = proposeEntries(policy, seen);
  printProposals(proposals, flags, context);
  if (proposals.length === 0) {
    context.tell("nothing that was refused here would be allowed by another entry");
    return 0;
  }
  const environment = readEnvironment(process.env, { cwd: context.cwd, node: context.node });
  const place = locateSettings(flags.scope, environment);
  const file = readSettingsFile(place.file, place.within);
  const after = allowDomains(
    file.text,
    proposals.map(({ entry }) => entry),
    file.path,
  );
  requireEffect(host, file, after, proposals);
  const diff = renderDiff(file.path, file.text, after);
  if (flags.dryRun === true || (flags.yes !== true && context.ask === undefined)) {
    context.print(flags.json === true ? "" : diff);
    if (flags.dryRun !== true) context.tell("nothing was changed; to apply it, type: sandhook learn --yes");
    return 0;
  }
  if (!(await agreed(flags, context, diff))) return 1;
  if (!writeSettingsFile(file, after)) {
    throw new PolicyError({
      code: "learn.changed-meanwhile",
      message: `${file.path} was changed by somebody else meanwhile, and was left alone`,
      hint: "Run the command again.",
    });
  }
  context.tell(
    `${file.path} allows ${proposals.map(({ entry }) => entry).join(", ")} from the next command on`,
  );
  return 0;
}

/** Adds `learn`: proposes what to allow, from what was refused. Exit code 0 also when nothing is to be done. */
export function addLearnCommand(program: Command, context: InstallContext): void {
  const scope = new Option("--scope <scope>", "whose settings").choices(SCOPES).default("user");
  program
    .command("learn")
    .description("propose the smallest addition to the allow-list from what was refused here, as a diff")
    .addOption(scope)
    .option("--since <time>", "how far back to look: 90s, 30m, 4h, 2d", duration, duration("1d"))
    .option("--watch", "look at what is asked for from now on, until Ctrl-C")
    .option("--dry-run", "show the diff and change nothing")
    .option("-y, --yes", "do not ask")
    .option("--json", "the proposals as JSON")
    .addHelpText("after", "\nExample:\n  sandhook learn --since 1h")
    .action((flags: LearnFlags) => runGuarded(ownTerminal(), () => runLearn(flags, context)));
}
