import { spawn } from "node:child_process";
import { existsSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run, say } from "./run.mjs";
import { STATE, forget, readLivePid } from "./state.mjs";

const PID_FILE = join(STATE, "dockerd.pid");
const LOG_FILE = join(STATE, "dockerd.log");

export function dockerAnswers() {
  return run(["docker", "version", "--format", "{{.Server.Version}}"], { timeout: 10_000 });
}

/** Starts dockerd when none answers, and waits up to a minute for it. Throws with its last words. */
export async function ensureDockerd() {
  if (dockerAnswers().ok) return;
  if (readLivePid(PID_FILE, "dockerd") === undefined) startDockerd();
  for (let second = 0; second < 60; second++) {
    if (dockerAnswers().ok) return;
    if (readLivePid(PID_FILE, "dockerd") === undefined) break;
    await sleep(1000);
  }
  throw new Error(
    `dockerd does not answer: ${run(["tail", "-n", "1", LOG_FILE]).stdout.trim()} (${LOG_FILE})`,
  );
}

function startDockerd() {
  forgetKilledDaemon();
  say("starting dockerd");
  const log = openSync(LOG_FILE, "w", 0o600);
  const daemon = spawn("dockerd", [], { detached: true, cwd: "/", stdio: ["ignore", log, log] });
  daemon.on("error", () => undefined);
  daemon.unref();
  if (daemon.pid !== undefined) writeFileSync(PID_FILE, String(daemon.pid));
}

/** A daemon that was killed leaves its process id, which another program may have by now; dockerd would not start. */
function forgetKilledDaemon() {
  for (const [file, program] of [
    ["/var/run/docker.pid", "dockerd"],
    ["/var/run/docker/containerd/containerd.pid", "containerd"],
  ]) {
    if (existsSync(file) && readLivePid(file, program) === undefined) forget(file);
  }
}

/** Ends the dockerd that `ensureDockerd` started, and no other; gives what it did. */
export async function stopDockerd() {
  const pid = readLivePid(PID_FILE, "dockerd");
  forget(PID_FILE);
  if (pid === undefined) return "dockerd was not started here: left alone";
  process.kill(pid, "SIGTERM");
  for (let tries = 0; tries < 150 && isAlive(pid); tries++) await sleep(100);
  return `dockerd ${pid} ${isAlive(pid) ? "does not end" : "ended"}`;
}

function isAlive(pid) {
  return (
    run(["grep", "-qvE", "^State:\\s+Z", `/proc/${pid}/status`]).ok && run(["test", "-d", `/proc/${pid}`]).ok
  );
}
