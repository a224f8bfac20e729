import type { Command } from "commander";
import { hostPath } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import { listProxies } from "../runtime/network/end-proxies.ts";
import { type ContainerStatus, listSpecs, readStatus } from "../runtime/oci/lifecycle.ts";
import { listSessions } from "../runtime/session-store.ts";
import { locateSite } from "../runtime/site.ts";
import { readProjectStatus } from "../runtime/status/project-status.ts";
import { listRunning } from "../runtime/status/running-calls.ts";
import { addExample } from "./example.ts";
import { renderStatus } from "./status-report.ts";
import { type StatusReport, statusReport } from "./status-schema.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

/** Adds `status`. */
export function addStatusCommand(program: Command): void {
  addExample(program.command("status"), "sandhook status --json")
    .description(
      "what becomes of commands here, and the sessions, commands, containers and proxies that there are",
    )
    .option("--json", "for programs")
    .action((flags: { readonly json?: true }) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, () => runStatus(flags, terminal));
    });
}

function describeContainer({ spec, ...rest }: ContainerStatus): StatusReport["containers"][number] {
  const { name, engine, project, ports } = spec;
  return {
    ...{ name, engine, project, ...rest },
    ...{ processes: [...rest.processes], listening: [...rest.listening], published: [...ports] },
  };
}

async function readReport(): Promise<StatusReport> {
  const host = nodeHost(process.env);
  const { state } = locateSite(host, hostPath("/"));
  const containers = await Promise.all(listSpecs(state).map(readStatus));
  const report = {
    project: readProjectStatus(host, hostPath(process.cwd()), state),
    sessions: listSessions(state),
    running: listRunning(state),
    containers: containers.map(describeContainer),
    proxies: listProxies(state).map(({ pid, run }) => ({ pid, folder: run })),
  };
  return statusReport.parse(report);
}

async function runStatus({ json }: { readonly json?: true }, terminal: Terminal): Promise<number> {
  const report = await readReport();
  if (json === true) terminal.print(JSON.stringify(report, undefined, 2));
  else for (const line of renderStatus(report, terminal.paint)) terminal.print(line);
  return 0;
}
