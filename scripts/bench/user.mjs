// A throw-away user of the built product, outside of the folders that a sandbox replaces.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { timeProgram } from "./measure.mjs";

export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const made = [];

/** Takes away the folders of all users. */
export function removeUsers() {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
}

/** Installs dist/ for a user with these settings; `helper`: with the static helper, where one was built. */
export function makeUser(settings, { helper = false } = {}) {
  const root = realpathSync(mkdtempSync("/var/tmp/sandhook-bench-"));
  made.push(root);
  const home = path.join(root, "home");
  const project = path.join(root, "project");
  const state = path.join(home, ".local/share/sandhook");
  const libexec = path.join(state, "current/libexec");
  mkdirSync(path.join(state, "versions"), { recursive: true });
  mkdirSync(path.join(home, ".claude"));
  mkdirSync(project);
  cpSync("dist", path.join(state, "versions/bench"), { recursive: true });
  symlinkSync("versions/bench", path.join(state, "current"));
  symlinkSync(process.execPath, path.join(state, "node"));
  if (helper) copyFileSync(path.join(libexec, `helper-linux-${process.arch}`), path.join(libexec, "helper"));
  spawnSync("git", ["init", "-q", project]);
  writeFileSync(path.join(home, ".claude/settings.json"), JSON.stringify({ sandhook: settings }));

  const env = { HOME: home, PATH, LANG: "C.UTF-8" };
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
  const start = (words, input = "") => timeProgram(words, { env, cwd: project, input });
  /** The hook's time, and the line that it gives the client to run. */
  const askHook = (words = hookWords) => {
    const { time, stdout } = start(words, event);
    return { time, line: JSON.parse(stdout).hookSpecificOutput.updatedInput.command };
  };
  const runLine = (line) => start(["/bin/bash", "-c", line]).time;
  return { root, home, project, state, libexec, env, event, hookWords, start, askHook, runLine };
}
