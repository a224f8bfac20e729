import type { StatusReport } from "./status-schema.ts";
import type { Terminal } from "./terminal.ts";

type Paint = Terminal["paint"];

const LONGEST = 100;

/** Control characters of a command would move the cursor. */
function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

function clock(time: string): string {
  return time.replace("T", " ").replace(/\.\d+Z$/, "Z");
}

function renderSandbox({ sandbox }: StatusReport["project"], paint: Paint): readonly string[] {
  switch (sandbox.kind) {
    case "on":
      return [
        `sandbox: ${paint("green", sandbox.engine)}, profile ${sandbox.profile}`,
        `network: commands here reach ${sandbox.network.reach}`,
      ];
    case "off":
      return [`sandbox: ${paint("red", "NONE")}, commands here run on the host (${sandbox.reason})`];
    case "refused":
      return [
        `sandbox: commands here are ${paint("red", "refused")}: ${sandbox.reason.replaceAll("\n", "\n  ")}`,
      ];
  }
}

function renderTrust({ trust }: StatusReport["project"]): readonly string[] {
  switch (trust) {
    case "untrusted":
      return ["trust: this project's own settings can only narrow until you type: sandhook trust"];
    case "changed":
      return [
        "trust: this project has changed since you trusted it; its settings can only narrow until you type: sandhook trust",
      ];
    case "trusted":
      return ["trust: this project's own settings count in full"];
    case "nothing":
    case undefined:
      return [];
  }
}

function renderListening(ports: readonly number[]): readonly string[] {
  return ports.length === 0 ? [] : [`    listening: ${ports.join(", ")}`];
}

function renderContainer(
  {
    name,
    engine,
    project,
    running,
    problem,
    published,
    listening,
    processes,
  }: StatusReport["containers"][number],
  paint: Paint,
): readonly string[] {
  return [
    `  ${paint("bold", name)}  ${engine}  ${running ? "running" : "stopped"}  ${project}`,
    ...(problem === undefined ? [] : [`    unknown: ${problem.replaceAll("\n", "\n    ")}`]),
    ...(published.length === 0 ? [] : [`    published: ${published.join(", ")}`]),
    ...renderListening(listening),
    ...processes.map((line) => `    ${oneLine(line)}`),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines];
}

/** The status for people, a line each. Pure. */
export function renderStatus(report: StatusReport, paint: Paint): readonly string[] {
  const { project, sessions, running, containers, proxies } = report;
  const calls = running.flatMap(({ pid, engine, since, command, listening, processes }) => [
    `  ${paint("dim", clock(since))}  ${engine ?? "unknown"}  ${oneLine(command ?? "(unknown command)")}  (process ${pid}, ${processes} below it)`,
    ...renderListening(listening),
  ]);
  return [
    project.folder,
    ...renderSandbox(project, paint),
    ...renderTrust(project),
    ...section("running commands", calls),
    ...section(
      "containers",
      containers.flatMap((container) => renderContainer(container, paint)),
    ),
    ...section(
      "network proxy",
      proxies.map(({ pid, folder }) => `  process ${pid}  ${folder}`),
    ),
    ...section(
      "sessions of the last day",
      sessions.map(
        ({ id, project: at, lastCall, gate }) =>
          `  ${paint("dim", clock(lastCall))}  ${id}  ${at}${gate ? "" : "  (the shell gate was not seen)"}`,
      ),
    ),
  ];
}
