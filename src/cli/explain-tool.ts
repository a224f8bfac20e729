import { settingsReader } from "../config/settings-reader.ts";
import { InputError } from "../core/errors.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import type { ToolTarget } from "../core/tool-use.ts";
import { explainTool, type ToolExplanation } from "../explain/explain-tool.ts";
import { nodeHost } from "../host/node-host.ts";
import { decideWebFetch } from "../policy/file-tools/decide-web-fetch.ts";
import { readToolTarget } from "../protocol/file-tools.ts";
import { quote } from "../rewrite/quote.ts";
import { findLaunch } from "../runtime/launch-store.ts";
import { locateSite } from "../runtime/site.ts";
import { rowPrinter, settingsRows } from "./explain-rows.ts";
import { explainToolReport } from "./report-schemas.ts";
import type { Terminal } from "./terminal.ts";

export interface ToolFlags {
  readonly tool?: string;
  readonly path?: string;
  readonly pattern?: string;
  readonly url?: string;
  readonly json?: true;
}

type NamedTool = ToolFlags & { readonly tool: string };

/** As the model would have named it, whatever the tool calls its field. */
function readTarget(words: readonly string[], { tool, path, pattern, url }: NamedTool): ToolTarget {
  const fields = { file_path: path, notebook_path: path, filePath: path, path, pattern, url };
  const target = words.length === 0 ? readToolTarget(tool, fields) : undefined;
  if (target !== undefined) return target;
  const flag = tool === "WebFetch" ? "--url https://example.org/" : "--path ./file";
  throw new InputError({
    code: "explain.no-target",
    message:
      words.length === 0
        ? `nothing says what ${tool} is to touch`
        : `${tool} takes no command (${words.join(" ")})`,
    hint: `Type: sandhook explain --tool ${tool} ${flag}`,
  });
}

function explain(target: ToolTarget, tool: string): ToolExplanation {
  const host = nodeHost(process.env);
  const site = locateSite(host, joinHost(host.home, ".local/share/sandhook/current/libexec"));
  const cwd = hostPath(process.cwd());
  const unknown = { transcript: undefined, sessionId: undefined, toolUseId: undefined, agentId: undefined };
  return explainTool({
    host,
    reader: settingsReader,
    launcher: findLaunch(site.state, settingsReader),
    projectFolder: cwd,
    use: { tool, target, cwd, permissionMode: undefined, ...unknown },
    temporary: site.temporary,
    judgeAddress: decideWebFetch,
  });
}

const OUTCOMES = {
  pass: "inside the policy; Claude Code's own permissions decide",
  ask: "only after Claude Code has asked you",
  refuse: "is refused",
} as const;

function printExplanation(
  title: string,
  { verdict, places, ...settings }: ToolExplanation,
  { print, paint }: Terminal,
): void {
  const row = rowPrinter(print);
  print(paint("bold", title));
  row("verdict", [paint(verdict.kind === "refuse" ? "red" : "green", OUTCOMES[verdict.kind])]);
  row("because", [`${verdict.reason} (${verdict.code})`]);
  if (verdict.rule !== undefined) row("rule", [verdict.rule]);
  if (verdict.change !== undefined) row("to change", verdict.change.split("\n"));
  if (verdict.allow !== undefined) row("or type", [`sandhook allow ${verdict.allow.map(quote).join(" ")}`]);
  row("touches", places);
  for (const [name, values] of settingsRows(settings)) row(name, values);
}

/** What the hook would say about a file or web tool; exit code 1 when it would be refused. */
export function runExplainTool(words: readonly string[], flags: NamedTool, terminal: Terminal): number {
  const { tool, json } = flags;
  const target = readTarget(words, flags);
  const explanation = explain(target, tool);
  const about = target.kind === "fetch" ? target.url : target.path;
  if (json === true) {
    const report = explainToolReport.parse({ tool, target: about, ...explanation });
    terminal.print(JSON.stringify(report, undefined, 2));
  } else printExplanation(`${tool} ${about}`, explanation, terminal);
  return explanation.verdict.kind === "refuse" ? 1 : 0;
}
