import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { call, type Ground, rewrite, startLine } from "../engines/ground.ts";
import {
  ask,
  containersOf,
  containerSubjects,
  makeSubjectGround,
  removeGround,
} from "../engines/subjects.ts";
import { engineClient } from "../support/engines.ts";

/** Part of `npm run bench`: prints times against the engine's own client in the same run, and asserts only that all ran. */
const WARM = 15;
const PARALLEL = 64;
const IDLE = 50;

async function time(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function usedMemory(): number {
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
  return (field("MemTotal") - field("MemAvailable")) / 1024;
}

const IMAGE = "docker.io/library/debian:bookworm-slim";

for (const subject of containerSubjects()) {
  describe(`a container of ${subject.name}`, () => {
    const small = { ...subject, settings: { engine: subject.engine, container: { image: IMAGE } } };
    const grounds: Ground[] = [];
    const make = (): Ground => {
      const ground = makeSubjectGround("bench", small);
      grounds.push(ground);
      return ground;
    };
    afterAll(() => {
      for (const ground of grounds) removeGround(subject, ground);
    });
    const say = (what: string, ours: number, raw: number, unit = "ms"): void => {
      console.log(
        `${subject.name}, ${what}: ${ours.toFixed(0)} ${unit}; raw ${raw.toFixed(0)} ${unit}; ${(ours / raw).toFixed(2)} ×`,
      );
    };
    const raw = (script: string): void => {
      const { command, env } = engineClient(subject.name);
      execFileSync("/bin/bash", ["-c", script, "bash", ...command], { cwd: "/", env, stdio: "ignore" });
    };

    it("is made, entered, entered by many, and carries a gigabyte", { timeout: 600_000 }, async () => {
      const ground = make();
      const cold = await time(async () => {
        expect((await call(ground, "true")).code).toBe(0);
      });
      const once = await time(() => {
        raw(`"$@" run --rm --network none ${IMAGE} true`);
      });
      say("cold create / run --rm", cold, once);
      const [id = ""] = containersOf(subject, ground);
      const line = async (command: string): Promise<number> => {
        const text = rewrite(ground, command);
        return time(async () => {
          expect((await startLine(ground, text).ended).code).toBe(0);
        });
      };
      const exec = (command: string, to = "/dev/null"): string =>
        `"$@" exec -i ${id} /bin/bash -c '${command}' </dev/null >${to}`;
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let n = 0; n < WARM; n += 1) {
        ours.push(await line("true"));
        theirs.push(
          await time(() => {
            raw(exec("true"));
          }),
        );
      }
      say("warm call / exec", median(ours), median(theirs));
      const lines = Array.from({ length: PARALLEL }, () => rewrite(ground, "true"));
      const many = await time(async () => {
        const ended = await Promise.all(lines.map((text) => startLine(ground, text).ended));
        expect(ended.map(({ code }) => code)).toEqual(lines.map(() => 0));
      });
      const manyRaw = await time(() => {
        raw(`for n in $(seq ${PARALLEL}); do ${exec("true")} & done; wait`);
      });
      say(`${PARALLEL} parallel calls / exec`, many, manyRaw);
      // Into a pipe that counts, not into a file: the disk is not what is measured.
      const big = `{ ${rewrite(ground, "head -c 1073741824 /dev/zero")}\n} | wc -c`;
      const carried = await time(async () => {
        expect((await startLine(ground, big).ended).stdout.toString()).toBe("1073741824\n");
      });
      const carriedRaw = await time(() => {
        raw(`${exec("head -c 1073741824 /dev/zero", "/dev/stdout")} | wc -c`);
      });
      say("1 GiB of stdout / exec", carried, carriedRaw);
    });

    it(`costs memory while idle, of ${IDLE}`, { timeout: 600_000 }, async () => {
      if (subject.name !== "docker") return;
      const before = usedMemory();
      for (let n = 0; n < IDLE; n += 1) expect((await call(make(), "true")).code).toBe(0);
      const ours = usedMemory() - before;
      const ids: string[] = [];
      for (let n = 0; n < IDLE; n += 1)
        ids.push(...ask(subject, "run", "-d", "--network", "none", IMAGE, "sleep", "999999"));
      const theirs = usedMemory() - before - ours;
      ask(subject, "rm", "--force", ...ids);
      say(`${IDLE} idle containers / sleeping ones`, ours, theirs, "MiB");
    });
  });
}
