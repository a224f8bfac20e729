import { setTimeout as pause } from "node:timers/promises";
import { type Command, Option } from "commander";
import { InputError } from "../core/errors.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import { type ExportTarget, exportRecords, renderLines } from "../runtime/audit/export-records.ts";
import { auditPlace, type AuditPlace, type Digest } from "../runtime/audit/place.ts";
import {
  BEGINNING,
  type JoinedRecord,
  readFrom,
  recordJoiner,
  type RecordFilter,
} from "../runtime/audit/read-records.ts";
import { verifyChain } from "../runtime/audit/verify-chain.ts";
import { withChain } from "../runtime/audit/with-chain.ts";
import { locateSite } from "../runtime/site.ts";
import { renderRecordLine } from "./audit-report.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface FilterFlags {
  readonly session?: string;
  readonly since?: string;
  readonly decision?: string;
  readonly tool?: string;
  readonly engine?: string;
}

interface ListFlags extends FilterFlags {
  readonly json?: true;
  readonly follow?: true;
}

interface ExportFlags extends FilterFlags {
  readonly to: "file" | "stdout" | "syslog" | "otlp";
  readonly file?: string;
  readonly endpoint?: string;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time, or how long ago; gives milliseconds since 1970. */
function readSince(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNITS[unit] ?? 0);
  if (!Number.isNaN(time)) return time;
  throw new InputError({
    code: "audit.since",
    message: `--since ${JSON.stringify(text)} is neither a time nor a length of time`,
    hint: "Write 30m, 12h or 7d, or a time such as 2026-01-31T08:00Z.",
  });
}

function filterOf(flags: FilterFlags): RecordFilter {
  const { session, decision, tool, engine } = flags;
  return { session, since: readSince(flags.since), decision, tool, engine };
}

function ownPlace(): { readonly place: AuditPlace; readonly digest: Digest } {
  const host = nodeHost(process.env);
  const { state } = locateSite(host, hostPath("/"));
  return { place: auditPlace(state), digest: (text) => host.digest(text) };
}

async function readAll(filter: RecordFilter): Promise<JoinedRecord[]> {
  const { place, digest } = ownPlace();
  return withChain(place, digest, () => recordJoiner(filter)(readFrom(place, BEGINNING).records));
}

async function list(flags: ListFlags, terminal: Terminal): Promise<number> {
  const { place, digest } = ownPlace();
  const join = recordJoiner(filterOf(flags));
  const print = (records: readonly JoinedRecord[]): void => {
    for (const joined of records)
      terminal.print(
        flags.json === true ? JSON.stringify(joined.record) : renderRecordLine(joined, terminal.paint),
      );
  };
  let cursor = BEGINNING;
  const next = async (): Promise<void> => {
    const read = await withChain(place, digest, () => readFrom(place, cursor));
    cursor = read.cursor;
    print(join(read.records));
  };
  await next();
  while (flags.follow === true) {
    await pause(500);
    await next();
  }
  return 0;
}

async function verify(flags: { readonly json?: true }, terminal: Terminal): Promise<number> {
  const { place, digest } = ownPlace();
  const report = await withChain(place, digest, () => verifyChain(place, digest));
  if (flags.json === true) terminal.print(JSON.stringify(report));
  else {
    for (const { file, line, problem } of report.findings)
      terminal.print(
        `${terminal.paint("red", "changed")}  ${file}${line === undefined ? "" : `:${line}`}  ${problem}`,
      );
    if (report.findings.length === 0)
      terminal.print(
        `${report.records} records in ${report.files} files, unchanged; the last one is ${report.head}`,
      );
  }
  return report.findings.length === 0 ? 0 : 1;
}

function targetOf({ to, file, endpoint }: ExportFlags): ExportTarget | undefined {
  if (to === "stdout") return undefined;
  if (to === "syslog") return { kind: "syslog" };
  if (to === "file" && file !== undefined)
    return {
      kind: "file",
      file: file.startsWith("/") ? hostPath(file) : joinHost(hostPath(process.cwd()), file),
    };
  if (to === "otlp" && endpoint !== undefined && URL.canParse(endpoint)) return { kind: "otlp", endpoint };
  throw new InputError({
    code: "audit.target",
    message: to === "file" ? "--to file needs a file" : "--to otlp needs an endpoint",
    hint:
      to === "file"
        ? "sandhook audit export --to file --file audit.jsonl"
        : "sandhook audit export --to otlp --endpoint http://127.0.0.1:4318/v1/logs",
  });
}

async function send(flags: ExportFlags, folder: string, terminal: Terminal): Promise<number> {
  const target = targetOf(flags);
  const records = await readAll(filterOf(flags));
  if (target === undefined) {
    process.stdout.write(renderLines(records));
    return 0;
  }
  await exportRecords(records, target, { libexec: joinHost(hostPath(folder), "libexec") });
  terminal.tell(`sent ${records.length} records to ${flags.file ?? flags.endpoint ?? flags.to}`);
  return 0;
}

function withFilters(command: Command): Command {
  return command
    .option("--session <id>", "of one session, by the beginning of its id")
    .option("--since <time>", "from then on: 30m, 12h, 7d, or a time")
    .option("--decision <word>", "sandbox, refuse, ask, pass or outside, and the runs of these")
    .option("--tool <name>", "of one tool, for example Bash")
    .option("--engine <name>", "run by one engine");
}

/** Adds `audit`, with `verify` and `export`. `folder` holds the built product. */
export function addAuditCommands(program: Command, folder: string): void {
  const terminal = ownTerminal();
  const audit = withFilters(
    program.command("audit").description("what was decided about every call, and how it ended"),
  )
    .option("--json", "for programs: one record a line, as it is in the record")
    .option("--follow", "go on with what comes")
    .enablePositionalOptions()
    .addHelpText("after", "\nExample:\n  sandhook audit --since 1h --decision refuse")
    .action((flags: ListFlags) => runGuarded(terminal, () => list(flags, terminal)));
  audit
    .command("verify")
    .description("find every change to the record; exit code 1 when there is one")
    .addHelpText("after", "\nExample:\n  sandhook audit verify")
    .option("--json", "for programs")
    .action((flags: { readonly json?: true }) => runGuarded(terminal, () => verify(flags, terminal)));
  withFilters(audit.command("export").description("send the record somewhere else"))
    .addOption(
      new Option("--to <where>", "where it goes")
        .choices(["file", "stdout", "syslog", "otlp"])
        .makeOptionMandatory(),
    )
    .option("--file <path>", "for --to file: lines are added to it")
    .option("--endpoint <url>", "for --to otlp: takes OTLP logs over HTTP")
    .addHelpText(
      "after",
      "\nExample:\n  sandhook audit export --since 1d --to otlp --endpoint http://127.0.0.1:4318/v1/logs",
    )
    .action((flags: ExportFlags) => runGuarded(terminal, () => send(flags, folder, terminal)));
}
