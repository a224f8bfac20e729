#!/usr/bin/env node
// npm test: build, bring the engines up, run every suite; the last line is "N passed, N failed, N skipped".
// Arguments are handed to vitest. A test of real engines or clients that fails is run again, and named when it passes then.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderEngines, renderSecondTries, renderSummary, sumReport } from "./test-summary.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ENGINES = join(ROOT, "scripts", "engines.mjs");
const work = mkdtempSync(join(tmpdir(), "sandhook-report-"));

try {
  process.exitCode = main();
} finally {
  rmSync(work, { recursive: true, force: true });
}

function main() {
  if (existsSync(join(ROOT, "scripts", "build.mjs")) && !start("npm", ["run", "build"])) {
    console.log(renderSummary({ passed: 0, failed: 1, skipped: 0 }));
    return 1;
  }
  // What could not be brought up shows in the status, and a suite that needs it decides what that means.
  start(process.execPath, [ENGINES, "up"]);
  const status = spawnSync(process.execPath, [ENGINES, "status", "--json"], { encoding: "utf8" }).stdout;
  const { totals, secondTries } = runSuites(status);
  const lines = [
    ...renderSecondTries(secondTries),
    ...renderEngines(JSON.parse(status)),
    renderSummary(totals),
  ];
  console.log(lines.join("\n"));
  return totals.failed === 0 ? 0 : 1;
}

function runSuites(status) {
  const file = join(work, "report.json");
  const again = join(work, "second-tries.json");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const secondTries = join(ROOT, "scripts", "second-tries.mjs");
  const reporters = [
    "--reporter=default",
    "--reporter=json",
    `--reporter=${secondTries}`,
    `--outputFile.json=${file}`,
  ];
  const args = [vitest, "run", "--passWithNoTests", ...reporters, ...process.argv.slice(2)];
  const env = { SANDHOOK_TEST_ENGINES: status, SANDHOOK_SECOND_TRIES: again };
  const ended = start(process.execPath, args, env);
  return { totals: sumReport(readJson(file), ended), secondTries: readJson(again) ?? [] };
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function start(file, args, env = {}) {
  return spawnSync(file, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } }).status === 0;
}
