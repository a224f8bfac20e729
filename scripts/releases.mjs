#!/usr/bin/env node
// npm run test:releases: the whole matrix of failures on real clients. [-- --latest: the release that npm calls newest]
// [-- --record: writes what came out to test/e2e/releases/results.json and docs/COMPATIBILITY.md] [-- --only WORDS: some failures]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

process.exitCode = main();

function readFlags() {
  try {
    const options = { latest: { type: "boolean" }, record: { type: "boolean" }, only: { type: "string" } };
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error.message}\nusage: npm run test:releases [-- [--latest] [--record] [--only WORDS]]`);
    return undefined;
  }
}

function main() {
  const flags = readFlags();
  if (flags === undefined) return 2;
  const { latest = false, record = false, only = "" } = flags;
  const env = {
    SANDHOOK_RELEASES: latest ? "latest" : "all",
    SANDHOOK_RELEASES_ONLY: only,
    ...(record && { SANDHOOK_RELEASES_RECORD: "1" }),
  };
  const built = run("npm", ["run", "build"]);
  if (built !== 0) return built;
  const vitest = ["vitest", "run", "--project", "e2e", "--retry", "0", "test/e2e/releases"];
  const played = run("npx", vitest, env);
  return record ? run("npm", ["run", "docs"]) || played : played;
}

function run(file, args, env = {}) {
  return spawnSync(file, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1;
}
