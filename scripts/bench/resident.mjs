// The resident process of a user: its start, its end, what it costs in CPU time and memory. Times of a busy machine say
// little; CPU time says more.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const CALLS = 100;

/** Milliseconds of CPU time that one start of a program and all of its children take. */
function cpuTime(words, { input, ...options }) {
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

/** The ids of the resident processes of a user of the bench. */
export function findResidents({ state }) {
  return readdirSync("/proc").filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return /^\d+$/.test(name) && words.includes(`${state}/`) && words.includes("resident.cjs");
    } catch {
      return false; // It ended while we looked.
    }
  });
}

/** Calls the hook until its resident process listens, and gives that process's id. */
export async function startResident(user) {
  for (let tries = 0; tries < 100; tries += 1) {
    user.askHook();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [pid] = findResidents(user);
    if (pid !== undefined) return pid;
  }
  throw new Error("the resident process does not start");
}

/** CPU time of a process so far, in milliseconds (a tick has ten), and its resident memory in MB. */
function processFacts(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) * 10, memory: Math.round(Number(rss) / 1024) };
}

/** CPU time of a call by both paths, what the resident process adds, and its memory. */
export function measureCpu({ pid, slow, fast, nodeStart, options }) {
  const before = processFacts(pid).cpu;
  const round = (value) => Math.round(value * 10) / 10;
  const byResident = round(cpuTime(fast, options));
  const inResident = round((processFacts(pid).cpu - before) / CALLS);
  const node = round(cpuTime(nodeStart, options));
  const byNode = round(cpuTime(slow, options));
  const { memory } = processFacts(pid);
  console.log(
    `CPU time of a hook call, mean of ${CALLS}: node -e 0 ${node} ms; by Node ${byNode} ms; by the resident process ${byResident} ms + ${inResident} ms in that process (${memory} MB)`,
  );
  return { calls: CALLS, node, byNode, byResident, inResident, residentMegabytes: memory };
}
