// Each figure that has a goal, as a ratio to the same work without us, or as what we add to it.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { measureConfigFiles } from "./config-files.mjs";
import { countCpu, interleave, median, summarise, timeProgram } from "./measure.mjs";
import { makeUser, PATH } from "./user.mjs";

/** Runs the pair, prints it beside its goal, and gives it for the record. */
export function pair(name, { base, ours, goal, rounds, unit = "ratio" }) {
  const [one, other] = [countCpu(base), countCpu(ours)];
  const samples = interleave({ base: one.counted, ours: other.counted }, { rounds });
  const { base: low, ours: high } = summarise(samples, "base");
  const added = Math.round(median(samples.ours.map((time, round) => time - samples.base[round])) * 10) / 10;
  const cpu = { base: one.mean(), ours: other.mean() };
  const result = unit === "ratio" ? `${high.ratio} ×` : `+${added} ms`;
  console.log(
    `${name}: ${result} (goal ${goal}); ${low.median} → ${high.median} ms, CPU ${cpu.base} → ${cpu.ours} ms, n=${high.n}`,
  );
  return { name, goal, ratio: high.ratio, added, cpu, base: low, ours: high };
}

/** The arguments and the filter of a job of ours, for bwrap alone. */
export function rawBubblewrap({ askHook, state, project, root, libexec }) {
  const id = /sandhook-run ([0-9a-f]+)/.exec(askHook().line)[1];
  const words = readFileSync(path.join(state, "jobs", id, "arguments"), "utf8").split("\0");
  // The one placeholder that bubblewrap cannot make itself.
  words.splice(words.indexOf(path.join(project, ".git/commondir")) - 1, 3);
  // A project of its own: our calls take the placeholders of theirs away.
  const [other, copy] = [path.join(root, "raw-project"), path.join(root, "raw")];
  cpSync(project, other, { recursive: true });
  writeFileSync(copy, words.join("\0").replaceAll(project, other));
  return `bwrap --args 7 -- /bin/bash -c true 7<'${copy}' 8<'${path.join(libexec, `seccomp-${process.arch}.bpf`)}'`;
}

/** As the client does it, both arms of a call are a line for bash. */
const callPair = (user, raw) => ({
  base: () => user.runLine(raw),
  ours: () => {
    const { line } = user.askHook();
    return user.runLine(line);
  },
});

const nodeStart = () => timeProgram([process.execPath, "-e", "0"], { env: { PATH } }).time;

export function measureGoals({ bubblewrap, docker, available, rounds }) {
  const results = [];
  const add = (name, options) => results.push(pair(name, { rounds, ...options }));
  add("hook by Node / node -e 0", { base: nodeStart, ours: () => bubblewrap.askHook().time, goal: "1.35" });
  add("the audit record in a hook call", { ...auditPair(), goal: "none set", unit: "added" });
  const gate = path.join(bubblewrap.libexec, "shell-gate");
  add("gate, of what is no Bash call", {
    base: () => bubblewrap.start(["/bin/sh", "-c", "true"]).time,
    ours: () => bubblewrap.start([gate, "true"]).time,
    goal: "3 ms",
    unit: "added",
  });
  if (available.bwrap) {
    add("bubblewrap call / the same raw bwrap", {
      ...callPair(bubblewrap, rawBubblewrap(bubblewrap)),
      goal: "1.3",
    });
    results.push(measureConfigFiles({ pair, rounds }));
  }
  if (docker !== undefined) {
    add("docker call / raw docker exec", {
      ...callPair(docker.user, `docker exec -i ${docker.name} /bin/bash -c true`),
      goal: "1.2",
    });
  }
  return results;
}

/** The same hook once where its record cannot be written. */
function auditPair() {
  const [without, recording] = [makeUser({}), makeUser({})];
  mkdirSync(without.state, { recursive: true });
  writeFileSync(path.join(without.state, "audit"), "in the way");
  return { base: () => without.askHook().time, ours: () => recording.askHook().time };
}
