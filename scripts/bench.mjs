#!/usr/bin/env node
// npm run bench [-- --write]: what a call costs, against the same work without us and against peers; some four minutes.
// Compare rows of one run, never quote one. --write puts the figures and the chart into docs/bench/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { drawChart } from "./bench/chart.mjs";
import { measureGoals, pair } from "./bench/goals.mjs";
import { describeMachine, timeProgram } from "./bench/measure.mjs";
import { measurePeers } from "./bench/peers.mjs";
import { findResidents, measureCpu, startResident } from "./bench/resident.mjs";
import { makeUser, PATH, removeUsers } from "./bench/user.mjs";

const ROUNDS = Number(process.env["ROUNDS"] ?? 30);
const PEER_SECONDS = 90;
const OUTPUT = "docs/bench";

const works = (...words) => spawnSync(words[0], words.slice(1), { stdio: "ignore" }).status === 0;
const available = {
  bwrap: works("bwrap", "--version"),
  docker: works("docker", "info"),
  podman: works("podman", "info"),
  helper: existsSync(`dist/libexec/helper-linux-${process.arch}`),
};

const users = [];
const rooms = [];
const newUser = (settings) => {
  const user = makeUser(settings, { helper: available.helper });
  users.push(user);
  return user;
};

/** A user whose container is there. */
function withContainer(engine) {
  const user = newUser({ engine });
  user.runLine(user.askHook().line);
  const filter = `label=sandhook.project=${user.project}`;
  const ask = (...words) => user.start([engine, ...words]).stdout.trim();
  const name = ask("ps", "--filter", filter, "--format", "{{.Names}}");
  rooms.push([engine, name]);
  return { user, name, image: ask("inspect", "--format", "{{.Image}}", name) };
}

/** Peak resident memory of the hook's Node process in MB, as it reports of itself at its end. */
function hookMemory({ root, libexec, env, project, event }) {
  const probe = path.join(root, "memory.cjs");
  writeFileSync(
    probe,
    'process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)));',
  );
  const words = ["--require", probe, path.join(libexec, "pre-tool-use.cjs"), libexec];
  const options = { env: { ...env, CLAUDE_PROJECT_DIR: project }, input: event, encoding: "utf8" };
  const megabytes = Math.round(Number(spawnSync(process.execPath, words, options).stderr) / 1024);
  console.log(`peak memory of the hook process: ${megabytes} MB`);
  return megabytes;
}

async function measureResident(user) {
  const pid = await startResident(user);
  const nodeStart = [process.execPath, "-e", "0"];
  const result = pair("hook by the resident process / node -e 0", {
    base: () => timeProgram(nodeStart, { env: { PATH } }).time,
    ours: () => user.askHook().time,
    ...{ goal: "0.2", rounds: ROUNDS },
  });
  const slow = user.hookWords.toSpliced(2, 0, "SLOW=1");
  const options = { env: user.env, cwd: user.project, input: user.event };
  return { result, cpu: measureCpu({ pid, slow, fast: user.hookWords, nodeStart, options }) };
}

/** Through the real client, from one request of the model's to the next. */
function measureRoundTrip() {
  const folder = mkdtempSync(path.join(tmpdir(), "sandhook-round-trip-"));
  const file = path.join(folder, "result.json");
  const words = ["vitest", "run", "--project", "bench", "test/bench/round-trip.test.ts"];
  const env = { ...process.env, SANDHOOK_BENCH: "1", SANDHOOK_BENCH_OUT: file };
  const { status } = spawnSync("npx", words, { stdio: ["ignore", "inherit", "inherit"], env });
  const rows = status === 0 ? JSON.parse(readFileSync(file, "utf8")) : [];
  rmSync(folder, { recursive: true, force: true });
  return rows;
}

const machine = describeMachine();
console.log(`${machine.cpu}; ${machine.system}; ${machine.engines}; load ${machine.load}`);
try {
  const plain = makeUser({ engine: "bubblewrap" });
  users.push(plain);
  const docker = available.docker ? withContainer("docker") : undefined;
  const podman = available.podman ? withContainer("podman") : undefined;
  const goals = measureGoals({ bubblewrap: plain, docker, available, rounds: ROUNDS });
  const memory = hookMemory(plain);
  const fast = newUser({ engine: "bubblewrap" });
  const resident = available.helper ? await measureResident(fast) : undefined;
  const containers = { ...(docker && { docker }), ...(podman && { podman }) };
  const peers = measurePeers({
    bubblewrap: fast,
    containers,
    available,
    rounds: ROUNDS,
    seconds: PEER_SECONDS,
  });
  for (const { name, median, quartiles, n } of peers)
    console.log(`${name}: ${median} ms (${quartiles.join("–")}), n=${n}`);
  const roundTrip = measureRoundTrip();
  if (process.argv.includes("--write")) {
    mkdirSync(OUTPUT, { recursive: true });
    const figures = { machine, goals, memory, resident, peers, roundTrip };
    writeFileSync(path.join(OUTPUT, "figures.json"), `${JSON.stringify(figures, undefined, 2)}\n`);
    const caption = `${machine.cpu}; ${machine.system}; load ${machine.load} at the start; ${machine.date}. Medians with quartiles.`;
    const groups = [
      { name: "One Bash call through the real client", rows: roundTrip },
      { name: "Hook and command, without the client", rows: peers },
    ];
    const drawn = groups.filter(({ rows }) => rows.length > 0);
    writeFileSync(path.join(OUTPUT, "calls.svg"), drawChart(drawn, caption));
    console.log(`written to ${OUTPUT}/`);
  }
} finally {
  for (const user of users) for (const pid of findResidents(user)) process.kill(Number(pid));
  for (const [engine, name] of rooms) spawnSync(engine, ["rm", "--force", name], { stdio: "ignore" });
  removeUsers();
}
