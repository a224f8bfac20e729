#!/usr/bin/env node
// npm run bench: paired ratios of what runs on every call, medians of interleaved rounds. Compare rows, never quote one.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

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

try {
  prepare();
  useEngine("bubblewrap");
  const node = () => time(() => start([process.execPath, "-e", "0"]));
  pair("hook process / node -e 0", node, () => time(() => start(hookWords, event)), "1.35");
  if (spawnSync("sh", ["-c", "command -v bwrap"]).status === 0) {
    start(["/bin/bash", "-c", rewritten()]);
    const policy = [
      "--unshare-all",
      "--die-with-parent",
      "--new-session",
      "--ro-bind",
      "/",
      "/",
      "--dev",
      "/dev",
    ];
    const raw = [
      "bwrap",
      ...policy,
      "--proc",
      "/proc",
      "--tmpfs",
      "/tmp",
      "--bind",
      project,
      project,
      "--chdir",
      project,
    ];
    pair(
      "bubblewrap call / raw bwrap, a simple policy",
      () => time(() => start([...raw, "/bin/bash", "-c", "true"])),
      runLine,
      "2",
    );
  }
  if (spawnSync("docker", ["info"], { stdio: "ignore" }).status === 0) {
    useEngine("docker");
    start(["/bin/bash", "-c", rewritten()]);
    const label = `label=sandhook.project=${project}`;
    const name = start(["docker", "ps", "--filter", label, "--format", "{{.Names}}"]).trim();
    const raw = ["docker", "exec", "-i", name, "/bin/bash", "-c", "true"];
    pair("docker call / raw docker exec", () => time(() => start(raw)), runLine, "1.2");
    start(["docker", "rm", "--force", name]);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
