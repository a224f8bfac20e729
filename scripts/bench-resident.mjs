// The arms of the resident process for scripts/bench.mjs. Times of a busy machine say little; CPU time says more.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const CALLS = 100;

/** Milliseconds of CPU time that one start of a program and all of its children take. */
export function cpuTime(words, { input, ...options }) {
  const script =
    'n=$1; shift; while [ $n -gt 0 ]; do n=$((n-1)); printf %s "$EVENT" | "$@" >/dev/null; done; times';
  const { stdout, status, stderr } = spawnSync("/bin/bash", ["-c", script, "bash", String(CALLS), ...words], {
    ...options,
    env: { ...options.env, EVENT: input },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${words[0]} ended with ${status}: ${stderr}`);
  const [user, system] = stdout.trim().split("\n")[1].split(" ");
  return ((seconds(user) + seconds(system)) * 1000) / CALLS;
}

function seconds(text) {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text);
  return Number(minutes) * 60 + Number(rest);
}

/** Puts the helper in place; false where none was built. */
export function installHelper(libexec) {
  const built = path.join(libexec, `helper-${process.platform}-${process.arch}`);
  if (!existsSync(built)) return false;
  copyFileSync(built, path.join(libexec, "helper"));
  return true;
}

/** The id of the resident process below a state folder, once it listens. `call` is a call that misses it. */
export async function startResident(state, call) {
  const parent = path.join(state, "resident");
  for (let tries = 0; tries < 100; tries += 1) {
    call();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const folder = existsSync(parent) ? readdirSync(parent)[0] : undefined;
    if (folder === undefined || !existsSync(path.join(parent, folder, "s"))) continue;
    const own = (name) => readFileSync(`/proc/${name}/cmdline`, "utf8").includes(`${state}/`);
    const pid = readdirSync("/proc").find((name) => {
      try {
        return (
          /^\d+$/.test(name) &&
          own(name) &&
          readFileSync(`/proc/${name}/cmdline`, "utf8").includes("resident.cjs")
        );
      } catch {
        return false; // It ended while we looked.
      }
    });
    if (pid !== undefined) return Number(pid);
  }
  throw new Error("the resident process does not start");
}

/** CPU time of a process so far, in milliseconds (a tick has ten), and its resident memory in MB. */
export function processFacts(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) * 10, memory: Number(rss) / 1024 };
}

/** Prints the CPU time of a call by both paths, what the resident process adds, and its memory. */
export function printCpu({ pid, slow, fast, nodeStart, options }) {
  const before = processFacts(pid).cpu;
  const ours = cpuTime(fast, options);
  const resident = (processFacts(pid).cpu - before) / CALLS;
  const [node, byNode] = [cpuTime(nodeStart, options), cpuTime(slow, options)];
  const ms = (value) => `${value.toFixed(1)} ms`;
  console.log(
    `CPU time of a call, mean of ${CALLS}: node -e 0 ${ms(node)}; hook by Node ${ms(byNode)}; hook by the resident process ${ms(ours)} + ${ms(resident)} in that process (${processFacts(pid).memory.toFixed(0)} MB)`,
  );
}
