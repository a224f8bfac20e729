// One call, hook and command, beside what else people run commands in. Every arm runs `true` in a shell.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { rawBubblewrap } from "./goals.mjs";
import { interleave, summarise, timeProgram } from "./measure.mjs";
import { PATH } from "./user.mjs";

const SRT = "@anthropic-ai/sandbox-runtime@0.0.83";

/** The peer's program, fetched once into the folder of caches; undefined where it cannot be had. */
function fetchSrt() {
  const folder = path.resolve("node_modules/.cache/bench-peers");
  const program = path.join(folder, "node_modules/.bin/srt");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  try {
    timeProgram(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, SRT]);
    return program;
  } catch (error) {
    console.log(`no arm for srt: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

/** Hook and command of one call, as the client runs them one after the other. */
const call = (user, words) => () => {
  const { time, line } = user.askHook(words);
  return time + user.runLine(line);
};

/** A variable that the helper does not know sends it to Node. */
const byNode = ({ hookWords }) => hookWords.toSpliced(2, 0, "SLOW=1");

function oursAndRaw(engine, { user, name, image }) {
  const raw =
    (...words) =>
    () =>
      user.start([engine, ...words]).time;
  return {
    [`sandhook, ${engine}, hook by Node`]: call(user, byNode(user)),
    [`sandhook, ${engine}, resident process`]: call(user),
    [`${engine} exec`]: raw("exec", "-i", name, "/bin/bash", "-c", "true"),
    [`${engine} run --rm`]: raw("run", "--rm", "--network", "none", image, "/bin/bash", "-c", "true"),
  };
}

/** Users with the helper, and their resident processes started by the first calls of the warm-up. */
export function measurePeers({ bubblewrap, containers, available, rounds, seconds }) {
  const env = { PATH, HOME: bubblewrap.home };
  const options = { env, cwd: bubblewrap.project };
  const srt = available.bwrap ? fetchSrt() : undefined;
  const arms = {
    "no sandbox, no hook": () => timeProgram(["/bin/bash", "-c", "true"], options).time,
    ...(available.bwrap && {
      "sandhook, bubblewrap, hook by Node": call(bubblewrap, byNode(bubblewrap)),
      "sandhook, bubblewrap, resident process": call(bubblewrap),
    }),
    ...Object.assign({}, ...Object.entries(containers).map(([engine, made]) => oursAndRaw(engine, made))),
    ...(available.bwrap && rawArm(bubblewrap)),
    ...(srt && {
      "srt (sandbox-runtime)": () => timeProgram([process.execPath, srt, "-c", "true"], options).time,
    }),
  };
  const results = summarise(interleave(arms, { rounds, seconds, warmUp: 3 }), "no sandbox, no hook");
  const rows = Object.entries(results).map(([name, figures]) => ({
    ...{ name, ...figures, ours: name.startsWith("sandhook") },
  }));
  return rows.sort((one, other) => one.median - other.median);
}

function rawArm(user) {
  const line = rawBubblewrap(user);
  return { "bwrap by hand, the same policy": () => user.runLine(line) };
}
