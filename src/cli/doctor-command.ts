import { statfs } from "node:fs/promises";
import type { Command } from "commander";
import { settingsReader } from "../config/settings-reader.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import type { DoctorContext } from "../doctor/context.ts";
import { diagnose, type Finding } from "../doctor/diagnose.ts";
import { repair } from "../doctor/repair.ts";
import type { Level } from "../doctor/words.ts";
import { nodeHost } from "../host/node-host.ts";
import { managedPlace } from "../install/managed/place.ts";
import { runProcess } from "../install/run-process.ts";
import { locateSite } from "../runtime/site.ts";
import type { DoctorReport } from "./report-schemas.ts";
import { type Colour, ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface DoctorFlags {
  readonly json?: true;
  readonly fix?: true;
}

const MARKS: Readonly<Record<Level, readonly [string, Colour]>> = {
  ok: ["ok     ", "green"],
  note: ["note   ", "dim"],
  warning: ["warning", "yellow"],
  error: ["error  ", "red"],
};

/** Adds `doctor`: exit code 0 when nothing keeps commands from being sandboxed, else 1. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("find out what keeps commands from being sandboxed, and what to type")
    .option("--json", "for programs")
    .option("--fix", "repair what needs no decision: stale jobs, open folders, a Node that is gone")
    .addHelpText("after", "\nExample:\n  sandhook doctor --fix")
    .action((flags: DoctorFlags) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, () => runDoctor(flags, terminal));
    });
}

function doctorContext(): DoctorContext {
  const host = nodeHost(process.env);
  const cwd = process.cwd();
  return {
    host,
    site: locateSite(host, joinHost(host.home, ".local/share/sandhook/current/libexec")),
    reader: settingsReader,
    project: hostPath(cwd),
    searchPath: process.env["PATH"],
    run: (file, args) => runProcess({ file, args: [...args], cwd: "/", stdin: "", variables: {} }),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    managedPlace: managedPlace(process.platform),
    now: Date.now(),
  };
}

async function runDoctor(flags: DoctorFlags, terminal: Terminal): Promise<number> {
  const context = doctorContext();
  const before = await diagnose(context);
  const repaired =
    flags.fix === true ? before.flatMap(({ facts }) => repair(facts, process.execPath) ?? []) : [];
  const findings = repaired.length === 0 ? before : await diagnose(context);
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const report: DoctorReport = {
    errors: count("error"),
    warnings: count("warning"),
    repaired,
    findings: findings.map((finding) => ({ ...finding, facts: { ...finding.facts } })),
  };
  if (flags.json === true) terminal.print(JSON.stringify(report, undefined, 2));
  else printFindings(findings, repaired, terminal);
  return report.errors === 0 ? 0 : 1;
}

function printFindings(findings: readonly Finding[], repaired: readonly string[], terminal: Terminal): void {
  const { print, paint } = terminal;
  for (const done of repaired) print(`${paint("green", "repaired")} ${done}`);
  for (const { level, message, remedy } of findings) {
    const [mark, colour] = MARKS[level];
    print(`${paint(colour, mark)} ${message}`);
    if (remedy !== undefined) print(`        → ${paint("bold", remedy)}`);
  }
  const bad = findings.filter(({ level }) => level === "error").length;
  print(
    bad === 0
      ? "\nnothing keeps commands from being sandboxed"
      : `\n${bad} of these keep commands from running, or from being sandboxed`,
  );
}
