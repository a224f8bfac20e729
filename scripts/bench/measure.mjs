// Interleaved rounds, medians with spread, ratios taken within a round.
import { loadavg, cpus, release } from "node:os";
import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

export const median = (values) => quantile(values, 0.5);

export function quantile(values, at) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))];
}

const round1 = (value) => Math.round(value * 10) / 10;
const round2 = (value) => Math.round(value * 100) / 100;

/** Milliseconds that a program and what it waits for take. */
export function timeProgram(words, options = {}) {
  const [file, ...args] = words;
  const begun = process.hrtime.bigint();
  const ended = spawnSync(file, args, { input: "", encoding: "utf8", maxBuffer: 64 << 20, ...options });
  const time = Number(process.hrtime.bigint() - begun) / 1e6;
  if (ended.status !== 0)
    throw new Error(
      `${words.join(" ").slice(0, 200)} ended with ${ended.status}: ${ended.stderr}${ended.error ?? ""}`,
    );
  return { time, stdout: ended.stdout };
}

/** Milliseconds of CPU time of all children that have ended so far; the kernel counts finer than the ticks that it shows. */
function childrenCpu() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** The arm, and what its children took on average: less bent by other work than the time that passes. */
export function countCpu(arm) {
  const taken = { times: 0, cpu: 0 };
  const counted = () => {
    const before = childrenCpu();
    const time = arm();
    taken.times += 1;
    taken.cpu += childrenCpu() - before;
    return time;
  };
  return { counted, mean: () => round1(taken.cpu / taken.times) };
}

/**
 * Runs every arm once a round, each round beginning with another one. An arm is a function that returns its own
 * milliseconds, so that what it prepares is not measured. Ends after `rounds`, or when the time is over.
 */
export function interleave(arms, { rounds, warmUp = 2, seconds = Infinity }) {
  const names = Object.keys(arms);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const end = Date.now() + seconds * 1000;
  for (let round = -warmUp; round < rounds && Date.now() < end; round += 1) {
    const first = (round + warmUp) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const time = arms[name]();
      if (round >= 0) samples[name].push(time);
    }
  }
  return samples;
}

/** One arm against a base of the same rounds. */
export function summarise(samples, base) {
  return Object.fromEntries(
    Object.entries(samples).map(([name, times]) => {
      const ratios = times.map((time, round) => time / samples[base][round]);
      return [
        name,
        {
          n: times.length,
          median: round1(median(times)),
          quartiles: [round1(quantile(times, 0.25)), round1(quantile(times, 0.75))],
          ratio: round2(median(ratios)),
        },
      ];
    }),
  );
}

const firstLine = (words) => {
  const { status, stdout } = spawnSync(words[0], words.slice(1), { encoding: "utf8" });
  return status === 0 ? stdout.trim().split("\n")[0] : undefined;
};

/** What the figures are of; without it nobody can compare them. */
export function describeMachine() {
  const system = /PRETTY_NAME="([^"]*)"/.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
  const versions = [
    ["bwrap", "--version"],
    ["docker", "--version"],
    ["podman", "--version"],
  ].flatMap((words) => firstLine(words) ?? []);
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
    system: `${system}, Linux ${release()}, Node ${process.versions.node}`,
    engines: versions.join("; "),
    load: round1(loadavg()[0]),
    date: new Date().toISOString().slice(0, 10),
  };
}
