import type { AuditEvent } from "../core/audit.ts";
import type { NetworkEntry } from "../runtime/read-network-log.ts";
import { type Change, matchChanges } from "./match-changes.ts";

/** What became of a call. */
export type Outcome = "sandboxed" | "refused" | "asked" | "outside" | "passed";

/** A host that a command asked for, and how often. */
export interface HostCount {
  readonly host: string;
  readonly allowed: number;
  readonly refused: number;
}

/** One call in the order of time. */
export interface Call {
  readonly time: string;
  readonly outcome: Outcome;
  readonly tool: string;
  readonly text: string;
  readonly cwd: string | undefined;
  readonly engine: string | undefined;
  readonly reason: string | undefined;
  readonly code: string | undefined;
  readonly isSubAgent: boolean;
  /** Of the run, when it has ended. */
  readonly exit: number | undefined;
  readonly milliseconds: number | undefined;
  readonly refusals: readonly string[];
  readonly hosts: readonly HostCount[];
}

export interface SessionReport {
  /** Undefined for calls whose session is not known. */
  readonly id: string | undefined;
  readonly calls: readonly Call[];
}

export interface Report {
  readonly sessions: readonly SessionReport[];
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly engines: readonly (readonly [engine: string, calls: number])[];
  readonly hosts: readonly HostCount[];
  /** Paths that Claude Code's own tools wrote. */
  readonly written: readonly string[];
  /** Sessions that were started without a sandbox, on the command line. */
  readonly bare: readonly { readonly time: string; readonly cwd: string | undefined }[];
  /** Files of the projects that were changed last while a command ran. */
  readonly changed: readonly Change[];
}

const WRITING = ["Edit", "MultiEdit", "NotebookEdit", "Write"];

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  sandbox: "sandboxed",
  refuse: "refused",
  ask: "asked",
  outside: "outside",
  pass: "passed",
};

function countHosts(entries: readonly NetworkEntry[]): HostCount[] {
  const counts = new Map<string, HostCount>();
  for (const { host, port, decision } of entries) {
    const name = port === undefined ? host : `${host}:${port}`;
    const { allowed, refused } = counts.get(name) ?? { allowed: 0, refused: 0 };
    const allow = decision === "allow" ? 1 : 0;
    counts.set(name, { host: name, allowed: allowed + allow, refused: refused + 1 - allow });
  }
  return [...counts.values()].sort((one, other) => one.host.localeCompare(other.host));
}

function groupBy<T>(items: readonly T[], key: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item) ?? "";
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** From the two logs, and the files that there are, to what is shown. Pure. */
export function collectReport(
  entries: readonly AuditEvent[],
  network: readonly NetworkEntry[],
  files: readonly { readonly path: string; readonly time: number }[] = [],
): Report {
  const decisions = entries.filter(({ event, decision }) => event === "decision" && decision !== undefined);
  const runs = new Map(
    entries.flatMap((entry) => (entry.event === "run" && entry.job ? [[entry.job, entry]] : [])),
  );
  const jobs = new Set(decisions.flatMap(({ job }) => job ?? []));
  const contacted = network.filter(({ callId }) => callId !== undefined && jobs.has(callId));
  const byJob = groupBy(contacted, ({ callId }) => callId);
  const toCall = (entry: AuditEvent): Call => {
    const run = entry.job === undefined ? undefined : runs.get(entry.job);
    return {
      time: entry.time,
      outcome: OUTCOMES[entry.decision ?? ""] ?? "passed",
      tool: entry.tool ?? "unknown",
      text: entry.command ?? `(not recorded; SHA-256 ${entry.commandHash ?? "unknown"})`,
      cwd: entry.cwd,
      engine: run?.engine ?? entry.engine,
      reason: entry.reason,
      code: entry.code,
      isSubAgent: entry.agent !== undefined,
      exit: run?.exit,
      milliseconds: run?.milliseconds,
      refusals: run?.refusals ?? [],
      hosts: countHosts(byJob.get(entry.job ?? "none") ?? []),
    };
  };
  const sessions = [...groupBy(decisions, ({ session }) => session)].map(([id, own]) => ({
    id: id === "" ? undefined : id,
    calls: own.map(toCall).sort((one, other) => (one.time < other.time ? -1 : 1)),
  }));
  const calls = sessions.flatMap((session) => session.calls);
  const count = (outcome: Outcome): number => calls.filter((call) => call.outcome === outcome).length;
  const engines = groupBy(
    calls.filter(({ engine, outcome }) => engine !== undefined && outcome === "sandboxed"),
    ({ engine }) => engine,
  );
  return {
    sessions,
    counts: {
      sandboxed: count("sandboxed"),
      refused: count("refused"),
      asked: count("asked"),
      outside: count("outside"),
      passed: count("passed"),
    },
    engines: [...engines].map(([engine, own]) => [engine, own.length] as const),
    hosts: countHosts(contacted),
    written: [
      ...new Set(
        calls
          .filter(({ tool, outcome }) => WRITING.includes(tool) && outcome === "passed")
          .map(({ text }) => text),
      ),
    ].sort(),
    bare: entries
      .filter(({ event, decision }) => event === "launch" && decision === "outside")
      .map(({ time, cwd }) => ({ time, cwd })),
    changed: matchChanges(entries, files),
  };
}
