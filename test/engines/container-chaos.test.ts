import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  freshMark,
  type Ground,
  hookCall,
  outcome,
  processesWith,
  rewrite,
  type Running,
  startLine,
  until,
} from "./ground.ts";
import { makeOwnDockerd, type OwnDockerd } from "./harness/own-dockerd.ts";
import { type ContainerSubject, containerSubjects, makeSubjectGround, removeGround } from "./subjects.ts";

/** 200 by `npm run chaos`; a few in the ordinary run. */
const ITERATIONS = Number(process.env["SANDHOOK_CHAOS"] ?? 4);
const IMAGE = "debian:bookworm-slim";

/** A generator with a seed that is printed, so that a failure can be had again. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function killAll(...texts: string[]): void {
  const [first = [], ...others] = texts.map(processesWith);
  for (const pid of first.filter((id) => others.every((ids) => ids.includes(id)))) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

for (const subject of containerSubjects().filter(({ name }) => name !== "podman")) {
  const hasOwnDaemon = subject.name === "docker" && process.getuid?.() === 0;
  describe(`${ITERATIONS} kills at random under ${subject.name}`, () => {
    const seed = Number(process.env["SANDHOOK_CHAOS_SEED"] ?? Date.now() % 1_000_000);
    const roll = dice(seed);
    /** By which the container's init is known among all of the machine's. */
    const idleSeconds = 100_000 + (Number(freshMark().slice(-5)) || 1);
    let ground: Ground;
    let daemon: OwnDockerd | undefined;
    let used: ContainerSubject = subject;

    beforeAll(async () => {
      if (hasOwnDaemon) daemon = await makeOwnDockerd(IMAGE, subject.account.groups[0] ?? 0);
      const host = daemon === undefined ? {} : { host: daemon.address };
      const container = {
        image: subject.name === "docker" ? IMAGE : `docker.io/library/${IMAGE}`,
        idleSeconds,
        ...host,
      };
      used = { ...subject, settings: { ...subject.settings, container } };
      ground = makeSubjectGround("chaos", used);
      expect((await outcome(ground, "echo up")).out).toBe("up\n");
    });
    afterAll(() => {
      removeGround(subject, ground);
      daemon?.remove();
    });

    const victims: Readonly<Record<string, (running: Running) => void>> = {
      runner: () => {
        killAll(ground.root, "libexec/sandhook-run");
      },
      client: () => {
        killAll(ground.root, "\0exec\0-i\0");
      },
      container: () => {
        killAll(`/run/sandhook/bin/init\0${idleSeconds}`);
      },
      "call's group": ({ pid }) => {
        process.kill(-pid, "SIGKILL");
      },
      "call's group, politely": ({ pid }) => {
        process.kill(-pid, "SIGTERM");
      },
      ...(hasOwnDaemon
        ? {
            daemon: () => {
              daemon?.kill();
            },
          }
        : {}),
    };
    const names = [...Object.keys(victims), "hook"];

    /** A hook that is hit before or while it answers. */
    async function strikeHook(): Promise<void> {
      const { words, input } = hookCall(ground, "touch outside");
      const child = spawn(words[0] ?? "", words.slice(1), {
        stdio: ["pipe", "ignore", "ignore"],
        cwd: "/",
        detached: true,
      });
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
      await pause(roll() * 80);
      if (child.exitCode === null) process.kill(-(child.pid ?? 0), "SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }

    /** A call that is hit at some point of its life; gives what was hit. */
    async function strike(mark: string): Promise<string> {
      const name = names[Math.floor(roll() * names.length)] ?? "hook";
      if (name === "hook") {
        await strikeHook();
        return name;
      }
      const inside = "[ -e /run/sandhook ] || touch outside";
      const command = `${inside}; trap '' TERM; (setsid sleep ${mark} &); sleep ${mark} & sleep 0.1; wait`;
      const running = startLine(ground, rewrite(ground, command));
      await pause(roll() * 500);
      try {
        victims[name]?.(running);
      } catch {
        // The call has ended by itself: also a point in time.
      }
      // What survives its client's end waits for nobody; ours is over when the group is.
      const ended = await Promise.race([running.ended, pause(15_000)]);
      if (ended === undefined) {
        process.kill(-running.pid, "SIGKILL");
        await running.ended;
      }
      await daemon?.start();
      return name;
    }

    it(
      "leave no process, no run outside, no job that could run, and a next call that works",
      async () => {
        for (let n = 0; n < ITERATIONS; n += 1) {
          const mark = freshMark();
          const name = await strike(mark);
          const what = `seed ${seed}, iteration ${n}: ${name}`;
          const limit = Date.now() + 30_000;
          while (processesWith(`sleep\0${mark}`).length > 0 && Date.now() < limit) await pause(50);
          expect(processesWith(`sleep\0${mark}`), what).toEqual([]);
          const next = await outcome(ground, "echo works");
          expect([next.code, next.out], `${what}: ${next.err}`).toEqual([0, "works\n"]);
        }
        expect(existsSync(path.join(ground.project, "outside"))).toBe(false);
        const jobs = path.join(ground.home, ".local/share/sandhook/jobs");
        for (const job of readdirSync(jobs).filter((name) => /^[0-9a-f]+$/.test(name))) {
          const runner = path.join(ground.home, ".local/share/sandhook/current/libexec/sandhook-run");
          const again = spawnSync("/bin/sh", [runner, job], { env: { HOME: ground.home }, encoding: "utf8" });
          expect([again.status, again.stderr]).toEqual([125, expect.stringContaining("was not run")]);
        }
        await until(() =>
          processesWith(ground.root).every((pid) => processesWith("watch-container").includes(pid)),
        );
      },
      60_000 + ITERATIONS * 45_000,
    );
  });
}
