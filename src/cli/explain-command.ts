import { type Command, Option } from "commander";
import { settingsReader } from "../config/settings-reader.ts";
import { InputError } from "../core/errors.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import { explainCommand, type ExplainInput, type Explanation } from "../explain/explain-command.ts";
import { nodeHost } from "../host/node-host.ts";
import { FILE_TOOLS } from "../protocol/file-tools.ts";
import { rewriteSite } from "../runtime/answer-tool-call.ts";
import { judgeCommand, linePatterns } from "../runtime/judge-command.ts";
import { findLaunch } from "../runtime/launch-store.ts";
import { locateSite } from "../runtime/site.ts";
import { rowPrinter, settingsRows } from "./explain-rows.ts";
import { runExplainTool, type ToolFlags } from "./explain-tool.ts";
import { explainReport } from "./report-schemas.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface ExplainFlags extends ToolFlags {
  readonly json?: true;
}

/** Adds `explain`: exit code 0 when the command or tool would run, 1 when it would be refused. */
export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .description(
      "what would become of a command or a file tool in this folder, and why; runs and writes nothing",
    )
    .argument("[command...]", "the command line")
    .addOption(
      new Option("--tool <name>", "explain one of Claude Code's own tools instead").choices(FILE_TOOLS),
    )
    .option("--path <path>", "with --tool: the file or folder")
    .option("--pattern <glob>", "with --tool Glob: the names that are looked for")
    .option("--url <address>", "with --tool WebFetch")
    .option("--json", "for programs")
    .addHelpText(
      "after",
      "\nExamples:\n  sandhook explain -- npm test\n  sandhook explain --tool Read --path ~/.ssh/id_rsa",
    )
    .action((words: readonly string[], flags: ExplainFlags) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, () =>
        flags.tool === undefined
          ? run(words.join(" "), flags, terminal)
          : runExplainTool(words, { ...flags, tool: flags.tool }, terminal),
      );
    });
}

function inputFor(command: string): ExplainInput {
  const host = nodeHost(process.env);
  const site = locateSite(host, joinHost(host.home, ".local/share/sandhook/current/libexec"));
  const cwd = hostPath(process.cwd());
  return {
    host,
    reader: settingsReader,
    launcher: findLaunch(site.state, settingsReader),
    projectFolder: cwd,
    call: {
      tool: "Bash",
      command,
      cwd,
      sessionId: undefined,
      toolUseId: undefined,
      agentId: undefined,
      permissionMode: undefined,
      background: false,
      wantsUnsandboxed: false,
    },
    toolInput: { command },
    judge: judgeCommand,
    patterns: linePatterns,
    temporary: site.temporary,
    site: rewriteSite(site),
    variables: Object.keys(process.env),
  };
}

function run(command: string, { json }: ExplainFlags, terminal: Terminal): number {
  if (command === "") {
    throw new InputError({
      code: "explain.no-command",
      message: "there is no command to explain",
      hint: "Type it after two dashes, for example: sandhook explain -- npm test",
    });
  }
  const explanation = explainCommand(inputFor(command));
  if (json === true) {
    const report = explainReport.parse({ command, tool: "Bash", ...explanation });
    terminal.print(JSON.stringify(report, undefined, 2));
  } else printExplanation(command, explanation, terminal);
  return explanation.verdict.kind === "refuse" ? 1 : 0;
}

const OUTCOMES = {
  refuse: "is refused",
  pass: "runs without sandhook",
  sandbox: "runs in a sandbox",
  outside: "runs OUTSIDE of the sandbox",
} as const;

const PERMISSIONS: Readonly<Record<string, string>> = {
  allow: ", without a question",
  ask: ", after Claude Code has asked you",
  undecided: ", if Claude Code's own rules allow it",
};

function printExplanation(command: string, found: Explanation, { print, paint }: Terminal): void {
  const { verdict, rule, engine, environment } = found;
  const row = rowPrinter(print);
  print(paint("bold", command));
  const outcome = `${OUTCOMES[verdict.kind]}${PERMISSIONS[verdict.permission ?? ""] ?? ""}`;
  row("verdict", [paint(verdict.kind === "sandbox" ? "green" : "red", outcome)]);
  row("because", [
    ...verdict.reason.split("\n"),
    ...(verdict.code === undefined ? [] : [`(${verdict.code})`]),
  ]);
  if (verdict.hint !== undefined) row("to change", [verdict.hint]);
  if (rule !== undefined) row("rule", [`${rule.behavior} ${rule.rule} — ${rule.source}`]);
  row(
    "engine",
    found.considered.map(({ engine: name, available, reasons }) => {
      const mark = name === engine ? paint("bold", `${name} (chosen)`) : name;
      const state = available ? "works here" : "not here";
      return `${mark}: ${[state, ...reasons].join("; ")}`;
    }),
  );
  if (found.network !== undefined) row("network", [found.network]);
  for (const view of ["writable", "read-only", "empty-folder", "empty-file"] as const) {
    const names = {
      writable: "can write",
      "read-only": "can read",
      "empty-folder": "hidden",
      "empty-file": "",
    };
    row(
      names[view],
      found.mounts.filter((mount) => mount.view === view).map(({ path }) => path),
    );
  }
  if (environment !== undefined) {
    row("variables", [`${environment.passed.length} pass`]);
    row("  withheld", environment.withheld.length === 0 ? [] : [environment.withheld.join(" ")]);
    row("  set", environment.set.length === 0 ? [] : [environment.set.join(" ")]);
  }
  row(
    "limits",
    Object.entries(found.limits).map(([name, value]) => `${name} ${JSON.stringify(value)}`),
  );
  for (const [name, values] of settingsRows(found)) row(name, values);
  if (found.line !== undefined) row("line", [found.line]);
}
