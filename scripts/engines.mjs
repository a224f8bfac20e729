#!/usr/bin/env node
// The engines of the test ground: node scripts/engines.mjs up | status [--json] | down
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { ensureBaseImage } from "./engines/base-image.mjs";
import { ensureDockerd, stopDockerd } from "./engines/dockerd.mjs";
import { probeHost } from "./engines/host.mjs";
import { ensurePackages } from "./engines/packages.mjs";
import {
  ensurePodmanRuns,
  ensureRootlessAnswers,
  ensureRootlessUser,
  removePodmanSettings,
  rootlessPodman,
} from "./engines/podman.mjs";
import { probeEngines } from "./engines/probe.mjs";
import { say } from "./engines/run.mjs";
import { ensureState } from "./engines/state.mjs";

const [verb, ...flags] = process.argv.slice(2);

if (verb === "up") process.exitCode = await up();
else if (verb === "status") printStatus(flags.includes("--json"));
else if (verb === "down") await down();
else {
  process.stderr.write("usage: node scripts/engines.mjs up | status [--json] | down\n");
  process.exitCode = 2;
}

/** Each group on its own: one engine that cannot be had does not take the others along. */
async function up() {
  const host = probeHost();
  if (host.kind === "hands-off") {
    say(host.reason);
    return 0;
  }
  const lock = join(ensureState(), "up.lock");
  if (process.env.SANDHOOK_TEST_LOCKED !== "1") return upAlone(lock);
  const groups = {
    packages: [ensurePackages],
    docker: [ensureDockerd, () => ensureBaseImage(["docker"])],
    podman: [() => ensureBaseImage(["podman"]), ensurePodmanRuns],
    "podman-rootless": [ensureRootlessUser, ensureRootlessAnswers, ensureRootlessImage],
  };
  let failed = 0;
  for (const [name, steps] of Object.entries(groups)) failed += await attempt(name, steps);
  return failed === 0 ? 0 : 1;
}

async function attempt(name, steps) {
  try {
    for (const step of steps) await step();
    return 0;
  } catch (error) {
    say(`${name}: ${error.message}`);
    return 1;
  }
}

function ensureRootlessImage() {
  const { command, env } = rootlessPodman() ?? { command: ["podman"] };
  ensureBaseImage(command, { env });
}

/** Runs this command again under a lock, so that two checkouts do not install at the same time. */
function upAlone(lock) {
  const again = ["--close", lock, process.execPath, fileURLToPath(import.meta.url), "up"];
  const env = { ...process.env, SANDHOOK_TEST_LOCKED: "1" };
  return spawnSync("flock", again, { env, stdio: "inherit" }).status ?? 1;
}

function printStatus(asJson) {
  const status = probeEngines();
  const lines = Object.entries(status).map(
    ([name, { available, reasons }]) => `${name}: ${available ? "available" : reasons.join("; ")}`,
  );
  process.stdout.write(asJson ? `${JSON.stringify(status, null, 2)}\n` : `${lines.join("\n")}\n`);
}

async function down() {
  const host = probeHost();
  if (host.kind === "hands-off") return say(host.reason);
  say(await stopDockerd());
  say(removePodmanSettings());
}
