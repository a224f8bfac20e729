/**
 * Counts the tests of a vitest JSON report. A file that failed before any of its tests ran counts as one failure, and
 * so does a run that ended badly for a reason the report does not name: silence is never a success.
 */
export function sumReport(report, endedWell) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
  const brokenFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(hasFailed),
  );
  const named = count("failed") + brokenFiles.length;
  const unnamed = named === 0 && (report === undefined || !endedWell) ? 1 : 0;
  const skipped = count("pending", "skipped", "todo", "disabled");
  return { passed: count("passed"), failed: named + unnamed, skipped };
}

function hasFailed({ status }) {
  return status === "failed";
}

/** One line per engine that was not there to be tested, with every reason. */
export function renderEngines(status) {
  const missing = Object.entries(status).filter(([, { available }]) => !available);
  return missing.map(([name, { reasons }]) => `engine ${name} skipped: ${reasons.join("; ")}`);
}

/** One line per test that passed only when it was run again: counted as passed, and never unsaid. */
export function renderSecondTries(names) {
  return names.map((name) => `passed only when run again: ${name}`);
}

/** The last line of a test run. */
export function renderSummary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
