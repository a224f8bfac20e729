import type { VerifyReport } from "./report-schemas.ts";
import type { Colour, Terminal } from "./terminal.ts";

type Row = VerifyReport["attempts"][number];
type Result = Row["engines"][string]["result"];

const MARKS: Readonly<Record<Result, readonly [string, Colour]>> = {
  contained: ["contained", "green"],
  "not contained": ["NOT contained", "red"],
  "not tried": ["not tried", "dim"],
};

type Words = Pick<Terminal, "print" | "paint">;

const COLUMN = 15;

/** Prints a row for each attempt and a column for each engine, then one line of sums for each engine. */
export function printTable({ attempts, engines }: VerifyReport, { print, paint }: Words): void {
  const attacked = engines.filter(({ failed }) => failed === undefined).map(({ engine }) => engine);
  const width = Math.max(...attempts.map(({ title }) => title.length)) + 1;
  const head = attacked.map((engine) => engine.padEnd(COLUMN)).join("");
  for (const [index, row] of attempts.entries()) {
    if (row.topic !== attempts[index - 1]?.topic)
      print(paint("bold", `\n${row.topic.padEnd(width + 2)}${head}`.trimEnd()));
    const cells = attacked.map((engine) => {
      const [mark, colour] = MARKS[row.engines[engine]?.result ?? "not tried"];
      return paint(colour, mark.padEnd(COLUMN));
    });
    print(`  ${row.title.padEnd(width)}${cells.join("")}`.trimEnd());
  }
  print("");
  for (const { engine, failed } of engines) {
    if (failed === undefined) printSum(engine, attempts, { print, paint });
    else print(paint("red", `${engine}: nothing could be attempted: ${failed}`));
  }
}

function printSum(engine: string, attempts: readonly Row[], { print, paint }: Words): void {
  const count = (wanted: Result): number =>
    attempts.filter(({ engines }) => engines[engine]?.result === wanted).length;
  const escaped = count("not contained");
  const untried = count("not tried");
  const sum = `${engine}: ${count("contained")} contained, ${escaped} NOT contained`;
  const rest = untried === 0 ? "" : `, ${untried} not tried (--json says why)`;
  print(paint(escaped === 0 ? "green" : "red", sum) + rest);
}
