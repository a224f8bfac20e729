import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { networkFoldersOf } from "../core/network-place.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import { collectReport } from "../report/collect-report.ts";
import { renderReport } from "../report/render-report.ts";
import { auditPlace } from "../runtime/audit/place.ts";
import { readNewest } from "../runtime/audit/read-records.ts";
import { findChanged } from "../runtime/find-changed.ts";
import { readNetworkLog } from "../runtime/read-network-log.ts";
import { locateSite } from "../runtime/site.ts";
import { addExample } from "./example.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface ReportFlags {
  readonly out: string;
  readonly session?: string;
  readonly days: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A page of more than this is of no use to anybody. */
const MOST = { bytes: 16 * 1024 * 1024, files: 4, entries: 5000 } as const;

function dayCount(text: string): number {
  const days = Number(text);
  if (Number.isFinite(days) && days > 0) return days;
  throw new InvalidArgumentError("Write a number of days, for example 7.");
}

/** Adds `report`. */
export function addReportCommand(program: Command): void {
  addExample(program.command("report"), "sandhook report --days 1 --out today.html")
    .description(
      "a page of what ran: timeline, engines, refusals, hosts contacted, files written; one file, nothing else needed",
    )
    .option("--out <file>", "where the page goes; - is standard output", "sandhook-report.html")
    .option("--session <id>", "only sessions whose id begins like this")
    .option("--days <number>", "how far back", dayCount, 7)
    .action((flags: ReportFlags) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, () => runReport(flags, terminal));
    });
}

function runReport({ out, session, days }: ReportFlags, { tell }: Terminal): number {
  const host = nodeHost(process.env);
  const { state } = locateSite(host, hostPath("/"));
  const since = new Date(Date.now() - days * DAY_MS).toISOString();
  const entries = readNewest(auditPlace(state), MOST).filter(
    (entry) =>
      entry.time >= since &&
      (session === undefined || entry.event === "run" || (entry.session ?? "").startsWith(session)),
  );
  const shown = entries.slice(-MOST.entries);
  const folders = shown
    .flatMap(({ cwd }) => cwd ?? [])
    .filter((folder) => folder !== host.home && folder !== "/");
  const report = collectReport(
    shown,
    readNetworkLog(networkFoldersOf(joinHost(state, "network", "run"))),
    findChanged(folders, Date.parse(since)),
  );
  const made = `${new Date().toISOString().slice(0, 16).replace("T", " ")}, the last ${days} days`;
  const page = renderReport(report, { made });
  if (out === "-") process.stdout.write(page);
  else {
    writeFileSync(out, page, { mode: 0o600 });
    tell(`wrote ${path.resolve(out)}: ${entries.length} records of the log`);
  }
  return 0;
}
