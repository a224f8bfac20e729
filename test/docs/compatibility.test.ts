import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { listCells, mergeResults, RELEASES } from "../e2e/releases/cells.ts";
import { readResults, releasesOf } from "../e2e/releases/results.ts";

const LIMITATIONS = readFileSync(
  path.resolve(import.meta.dirname, "../../docs/LIMITATIONS.md"),
  "utf8",
).replaceAll(/\s+/g, " ");

describe("the committed matrix of failures", () => {
  it("holds every failure mode on each of its releases", () => {
    expect(readResults()).toEqual(mergeResults([]));
    const missing = listCells(releasesOf(readResults())).filter(
      ({ mode, scope, release }) =>
        readResults().find((row) => row.mode === mode.name)?.[scope]?.[release] === undefined,
    );
    expect(missing.map(({ mode, scope, release }) => `${mode.name}, ${scope}, ${release}`)).toEqual([]);
    expect(releasesOf(readResults())).toEqual(expect.arrayContaining([...RELEASES]));
  });

  it("has open cells only where LIMITATIONS says so, and never with managed settings", () => {
    const rows = readResults().filter(({ mode }) => mode !== "nothing is installed");
    for (const { mode, because, user = {}, managed = {} } of rows) {
      expect(
        Object.values(managed).filter((outcome) => outcome.includes("OUTSIDE")),
        mode,
      ).toEqual([]);
      const open = Object.values(user).some((outcome) => /OUTSIDE|foreign code/.test(outcome));
      if (open) expect([mode, because !== undefined && LIMITATIONS.includes(because)]).toEqual([mode, true]);
    }
  });

  it("shows that commands run outside where nothing is installed", () => {
    const control = readResults().find(({ mode }) => mode === "nothing is installed");
    expect(new Set(Object.values(control?.user ?? {}))).toEqual(new Set(["OUTSIDE"]));
  });
});
