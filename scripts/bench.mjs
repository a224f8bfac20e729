#!/usr/bin/env node
// npm run bench: paired ratios of what runs on every call, medians of interleaved rounds. Compare rows, never quote one.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { loadavg } from "node:os";
import path from "node:path";
import { installHelper, printCpu, startResident } from "./bench-resident.mjs";

const ROUNDS = Number(process.env["ROUNDS"] ?? 40);
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const root = realpathSync(mkdtempSync("/var/tmp/sandhook-bench-"));
const home = path.join(root, "home");
const project = path.join(root, "project");
const state = path.join(home, ".local/share/sandhook");
const libexec = path.join(state, "current/libexec");
const env = { HOME: home, PATH, LANG: "C.UTF-8" };

function prepare() {
  mkdirSync(path.join(state, "versions"), { recursive: true });
  mkdirSync(path.join(home, ".claude"));
  mkdirSync(project);
  cpSync("dist", path.join(state, "versions/bench"), { recursive: true });
  symlinkSync("versions/bench", path.join(state, "current"));
  symlinkSync(process.execPath, path.join(state, "node"));
  spawnSync("git", ["init", "-q", project]);
}

const useEngine = (engine) =>
  writeFileSync(path.join(home, ".claude/settings.json"), JSON.stringify({ sandhook: { engine } }));

const event = JSON.stringify({
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  cwd: project,
  session_id: "bench",
  tool_input: { command: "true" },
});

const hookWords = [
  ...["/usr/bin/env", "-i", `HOME=${home}`, `PATH=${PATH}`, `CLAUDE_PROJECT_DIR=${project}`],
  ...["/bin/sh", path.join(libexec, "hook"), "pre-tool-use"],
];

function start(words, input) {
  const [file, ...args] = words;
  const ended = spawnSync(file, args, { env, cwd: project, input, encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`${words[0]} ended with ${ended.status}: ${ended.stderr}`);
  return ended.stdout;
}

const rewritten = () => JSON.parse(start(hookWords, event)).hookSpecificOutput.updatedInput.command;

function time(work) {
  const begun = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begun) / 1e6;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Each round runs both arms, in turn first; the ratio is taken within the round. */
function pair(name, base, ours, goal) {
  const rounds = [];
  for (let round = -3; round < ROUNDS; round += 1) {
    const [first, second] = round % 2 === 0 ? [base, ours] : [ours, base];
    const [a, b] = [first(), second()];
    if (round >= 0) rounds.push(round % 2 === 0 ? { base: a, ours: b } : { base: b, ours: a });
  }
  const ratio = median(rounds.map((round) => round.ours / round.base));
  const [low, high] = [median(rounds.map((r) => r.base)), median(rounds.map((r) => r.ours))];
  console.log(
    `${name}: ${ratio.toFixed(2)} × (goal ${goal}); ${low.toFixed(1)} → ${high.toFixed(1)} ms, n=${rounds.length}`,
  );
}

/** The line is made outside of the time: the hook is measured by itself. */
function runLine() {
  const line = rewritten();
  return time(() => start(["/bin/bash", "-c", line]));
}

/** As Claude Code does it, both arms are a line for bash. */
const runRaw = (line) => () => time(() => start(["/bin/bash", "-c", line]));

/** The same arguments and filter without sandhook, taken from a job. */
function rawBubblewrap() {
  const id = /sandhook-run ([0-9a-f]+)/.exec(rewritten())[1];
  const [job, copy] = [path.join(state, "jobs", id), path.join(root, "raw")];
  const words = readFileSync(path.join(job, "arguments"), "utf8").split("\0");
  // The one placeholder that bubblewrap cannot make itself.
  words.splice(words.indexOf(path.join(project, ".git/commondir")) - 1, 3);
  // A project of its own: our calls take the placeholders of theirs away.
  const other = path.join(root, "raw-project");
  cpSync(project, other, { recursive: true });
  writeFileSync(copy, words.join("\0").replaceAll(project, other));
  const filter = path.join(libexec, `seccomp-${process.arch}.bpf`);
  return `bwrap --args 7 -- /bin/bash -c true 7<'${copy}' 8<'${filter}'`;
}

/** Peak resident memory of the hook's Node process in MB, as it reports of itself at its end. */
function hookMemory() {
  const probe = path.join(root, "memory.cjs");
  writeFileSync(
    probe,
    'process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)));',
  );
  const words = ["--require", probe, path.join(libexec, "pre-tool-use.cjs"), libexec];
  const ended = spawnSync(process.execPath, words, {
    env: { ...env, CLAUDE_PROJECT_DIR: project },
    input: event,
    encoding: "utf8",
  });
  return Number(ended.stderr) / 1024;
}

/** The last arm: the helper in front of the same hook. */
async function benchResident() {
  if (!installHelper(libexec))
    return console.log("no static helper was built: no arm for the resident process");
  useEngine("bubblewrap");
  const pid = await startResident(state, rewritten);
  try {
    const node = [process.execPath, "-e", "0"];
    pair(
      "hook by the resident process / node -e 0",
      () => time(() => start(node)),
      () => time(() => start(hookWords, event)),
      "0.2",
    );
    // A variable that the helper does not know sends it the slow way.
    const slow = hookWords.toSpliced(2, 0, "SLOW=1");
    printCpu({ pid, slow, fast: hookWords, nodeStart: node, options: { env, cwd: project, input: event } });
  } finally {
    process.kill(pid);
  }
}

try {
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)}`);
  prepare();
  useEngine("bubblewrap");
  const node = () => time(() => start([process.execPath, "-e", "0"]));
  pair("hook process / node -e 0", node, () => time(() => start(hookWords, event)), "1.35");
  if (spawnSync("sh", ["-c", "command -v bwrap"]).status === 0) {
    start(["/bin/bash", "-c", rewritten()]);
    pair("bubblewrap call / the same raw bwrap", runRaw(rawBubblewrap()), runLine, "2");
  }
  if (spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0) {
    useEngine("docker");
    start(["/bin/bash", "-c", rewritten()]);
    const label = `label=sandhook.project=${project}`;
    const name = start(["docker", "ps", "--filter", label, "--format", "{{.Names}}"]).trim();
    pair("docker call / raw docker exec", runRaw(`docker exec -i ${name} /bin/bash -c true`), runLine, "1.2");
    start(["docker", "rm", "--force", name]);
  }
  console.log(`peak memory of the hook process: ${hookMemory().toFixed(0)} MB`);
  await benchResident();
} finally {
  rmSync(root, { recursive: true, force: true });
}
