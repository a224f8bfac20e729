import type { JoinedRecord } from "../runtime/audit/read-records.ts";
import type { Colour } from "./terminal.ts";

type Paint = (colour: Colour, text: string) => string;

/** Columns that a command may take on a line. */
const WIDTH = 100;

const COLOURS: Readonly<Record<string, Colour>> = {
  refuse: "red",
  outside: "yellow",
  ask: "yellow",
};

function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
}

function clock(time: string): string {
  return time.replace("T", " ").replace(/\.\d+Z$/, "Z");
}

/** One record for people: when, what was decided or how it ended, where, and about what. */
export function renderRecordLine({ record, decision }: JoinedRecord, paint: Paint): string {
  const about = decision ?? record;
  const what = oneLine(
    about.command ??
      (about.options === undefined ? undefined : JSON.stringify(about.options)) ??
      (about.commandHash === undefined ? "" : `sha256:${about.commandHash}`),
  );
  const run = record.exit === undefined ? "killed" : `exit ${record.exit}`;
  const word = record.event === "run" ? run : (record.decision ?? "");
  const took = record.milliseconds === undefined ? "" : `  (${record.milliseconds} ms)`;
  const why = record.decision === "refuse" || record.decision === "ask" ? `  [${record.code ?? ""}]` : "";
  const columns = [
    paint("dim", clock(record.time)),
    paint(COLOURS[word] ?? "green", word.padEnd(8)),
    (record.event === "launch" ? "session" : (about.tool ?? "")).padEnd(9),
    (record.engine ?? about.engine ?? "").padEnd(10),
    what,
  ];
  return columns.join("  ").trimEnd() + took + why;
}
