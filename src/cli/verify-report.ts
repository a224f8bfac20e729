import type { Outcome } from "../verify/judge.ts";
import type { Verification } from "../verify/verify.ts";
import type { VerifyReport } from "./report-schemas.ts";

type Cell = VerifyReport["attempts"][number]["engines"][string];

/** `works`: the attempt gets out where there is no sandbox, so that it shows something. */
function toCell(outcome: Outcome, works: boolean): Cell {
  // What got out although it should not be able to is a riddle, and counts.
  if (outcome.kind === "out") return { result: "not contained" };
  if (!works) return { result: "not tried", reason: "it fails here without a sandbox too" };
  if (outcome.kind === "untried") return { result: "not tried", reason: outcome.reason };
  return { result: "contained" };
}

/** What the attempts came to, as `--json` prints it. Pure. */
export function toReport({ attempts, control, engines }: Verification): VerifyReport {
  const rows = attempts.map(({ id, topic, title }) => {
    const works = control.get(id)?.kind === "out";
    const cells = engines.flatMap((verdict): [string, Cell][] => {
      if (verdict.kind === "failed") return [];
      const outcome = verdict.outcomes.get(id) ?? { kind: "untried", reason: "it was not made" };
      return [[verdict.engine, toCell(outcome, works)]];
    });
    return { id, topic, title, control: works, engines: Object.fromEntries(cells) };
  });
  const escaped = rows.filter((row) =>
    Object.values(row.engines).some(({ result }) => result === "not contained"),
  );
  return {
    engines: engines.map((verdict) => ({
      engine: verdict.engine,
      ...(verdict.kind === "failed" ? { failed: verdict.reason } : {}),
    })),
    notContained: escaped.map(({ id }) => id),
    attempts: rows,
  };
}
