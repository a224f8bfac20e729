#!/usr/bin/env node
// npm run setup: builds, installs what the built-in engine needs, registers the hook, and shows that it works.
// Arguments go to `sandhook install`, for example: npm run setup -- --engine docker
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const run = (file, args) => spawnSync(file, args, { stdio: "inherit" }).status === 0;
const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;

function ensureBubblewrap() {
  if (process.platform !== "linux" || has("bwrap")) return true;
  if (!existsSync("/usr/bin/apt-get")) {
    console.error("bubblewrap is missing. Install it with your package manager, then type: npm run setup");
    return false;
  }
  const root = process.getuid() === 0 ? [] : ["sudo"];
  const apt = (...args) => {
    const [file, ...rest] = [...root, "apt-get", ...args];
    return run(file, rest);
  };
  return apt("update", "-qq") && apt("install", "-y", "--no-install-recommends", "bubblewrap");
}

const done =
  ensureBubblewrap() &&
  run("npm", ["run", "--silent", "build"]) &&
  run(process.execPath, ["dist/sandhook.mjs", "install", "--yes", ...process.argv.slice(2)]);
process.exitCode = done ? 0 : 1;
