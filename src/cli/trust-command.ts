import type { Command } from "commander";
import { profileFiles } from "../config/profile-files.ts";
import { settingsReader } from "../config/settings-reader.ts";
import { InputError } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import type { Project } from "../core/plan.ts";
import { nodeHost } from "../host/node-host.ts";
import { readProject } from "../policy/resolve-project.ts";
import { type ProjectSay, readProjectSay, trustState } from "../policy/trust.ts";
import { type TrustChange, trustChanges } from "../policy/trust-changes.ts";
import { removeTrust, writeTrust } from "../runtime/trust-store.ts";
import type { InstallContext } from "./install-context.ts";
import type { TrustReport } from "./report-schemas.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface TrustFlags {
  readonly show?: true;
  readonly revoke?: true;
  readonly yes?: true;
  readonly json?: true;
}

interface Asked {
  readonly project: Project;
  readonly say: ProjectSay;
  readonly report: TrustReport;
}

/** Adds `trust`: exit code 0 when what the project says counts in full or there is nothing to trust, else 1. */
export function addTrustCommand(program: Command, { ask }: Pick<InstallContext, "ask">): void {
  program
    .command("trust")
    .description("let this project's own settings and container files count in full, as they are now")
    .option("--show", "only show what the project says beyond the policy, and whether it is trusted")
    .option("--revoke", "let them only narrow again")
    .option("-y, --yes", "do not ask")
    .option("--json", "for programs; with --show")
    .addHelpText(
      "after",
      "\nUntil then a project's files can only take away. Any change of them ends the trust.\n\nExample:\n  sandhook trust --show",
    )
    .action((flags: TrustFlags) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, () => runTrust(flags, terminal, ask));
    });
}

function readAsked(): Asked {
  const host = nodeHost(process.env);
  const { project, layers } = readProject(host, hostPath(process.cwd()), settingsReader);
  const say = readProjectSay(host, project, layers);
  const state = trustState(host, project, say);
  const changes = trustChanges(layers, profileFiles(host, settingsReader));
  return {
    project,
    say,
    report: {
      project: project.root,
      state,
      changes: changes.map((change) => ({ ...change, from: [...change.from], to: [...change.to] })),
      files: [...say.files],
    },
  };
}

async function runTrust(flags: TrustFlags, terminal: Terminal, ask: InstallContext["ask"]): Promise<number> {
  const asked = readAsked();
  const { project, say, report } = asked;
  if (flags.revoke === true) {
    removeTrust(nodeHost(process.env), project);
    terminal.print(`${project.root} is not trusted: its files can only narrow`);
    return 0;
  }
  if (flags.show === true) return show(report, flags, terminal);
  if (report.state === "nothing" || report.state === "trusted") {
    terminal.print(renderState(report));
    return 0;
  }
  printChanges(report, terminal.tell, terminal);
  if (flags.yes !== true && !(await agreed(ask))) {
    terminal.tell("nothing was changed");
    return 1;
  }
  writeTrust(nodeHost(process.env), project, say.digest);
  terminal.print(`${project.root} is trusted, as it is now`);
  return 0;
}

/** @throws InputError `trust.nobody-to-ask`: an answer is never assumed */
async function agreed(ask: InstallContext["ask"]): Promise<boolean> {
  if (ask !== undefined) return ask("Trust exactly this?");
  throw new InputError({
    code: "trust.nobody-to-ask",
    message: "there is no terminal to ask on, so nothing was changed",
    hint: "Read the list above, then type: sandhook trust --yes",
  });
}

function show(report: TrustReport, flags: TrustFlags, terminal: Terminal): number {
  if (flags.json === true) terminal.print(JSON.stringify(report, undefined, 2));
  else {
    terminal.print(renderState(report));
    printChanges(report, terminal.print, terminal);
  }
  return report.state === "trusted" || report.state === "nothing" ? 0 : 1;
}

/** What counts of a project's own files, in one line. */
function renderState({ project, state }: TrustReport): string {
  switch (state) {
    case "nothing":
      return `${project}: its files say nothing that would need trust`;
    case "trusted":
      return `${project} is trusted: what its files say counts in full`;
    case "changed":
      return `${project} was trusted and has changed since: its files can only narrow`;
    case "untrusted":
      return `${project} is not trusted: its files can only narrow`;
  }
}

function printChanges(
  { changes, files }: Pick<TrustReport, "changes" | "files">,
  print: (line: string) => void,
  { paint }: Terminal,
): void {
  for (const { key, from, to, source } of changes as readonly TrustChange[]) {
    print(`${paint("bold", key)}  ${paint("dim", source)}`);
    for (const value of from) print(paint("red", `  - ${value}`));
    for (const value of to) print(paint("green", `  + ${value}`));
  }
  if (files.length > 0) print(paint("bold", "files that would be used for the container"));
  for (const file of files) print(paint("green", `  + ${file}`));
}
