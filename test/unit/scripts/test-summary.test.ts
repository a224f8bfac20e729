import { describe, expect, it } from "vitest";
import {
  renderEngines,
  renderSecondTries,
  renderSummary,
  sumReport,
} from "../../../scripts/test-summary.mjs";

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((state) => ({ status: state })),
});

describe("sumReport", () => {
  it("adds up the tests of all files", () => {
    const report = {
      testResults: [file("passed", "passed", "skipped"), file("failed", "failed", "passed", "todo")],
    };
    expect(sumReport(report, false)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it("counts a file that broke before its tests as one failure", () => {
    expect(sumReport({ testResults: [file("failed")] }, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("counts a file whose tests pass and whose teardown fails as one failure", () => {
    expect(sumReport({ testResults: [file("failed", "passed")] }, false)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  it("counts a bad end that no test explains as one failure", () => {
    expect(sumReport({ testResults: [file("passed", "passed")] }, false)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  it("counts a missing report as one failure, however the run ended", () => {
    expect(sumReport(undefined, true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("takes a run without test files as no failure", () => {
    expect(sumReport({ testResults: [] }, true)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe("the end of a test run", () => {
  it("names every engine that was missing, with all reasons", () => {
    const status = {
      docker: { available: true, reasons: [] },
      podman: { available: false, reasons: ["podman is not installed", "not root"] },
    };
    expect(renderEngines(status)).toEqual(["engine podman skipped: podman is not installed; not root"]);
  });

  it("names every test that had to be run again", () => {
    expect(renderSecondTries(["a.test.ts: stops"])).toEqual(["passed only when run again: a.test.ts: stops"]);
    expect(renderSecondTries([])).toEqual([]);
  });

  it("is one line of three counts", () => {
    expect(renderSummary({ passed: 3, failed: 0, skipped: 1 })).toBe("3 passed, 0 failed, 1 skipped");
  });
});
