import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  freshMark,
  type Ground,
  processesWith,
  repeatLine,
  rewrite,
  type Running,
  startLine,
  until,
} from "./ground.ts";
import { ask, containersOf, containerSubjects, makeSubjectGround, removeGround } from "./subjects.ts";

function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid ? [Number(name)] : [];
    } catch {
      return []; // No process, or one that just ended.
    }
  });
}

/** A child of a process whose command line holds a text; 0 when there is none. */
function childWith(pid: number, text: string): number {
  return childrenOf(pid).find((child) => readFileSync(`/proc/${child}/cmdline`, "utf8").includes(text)) ?? 0;
}

function runnerOf({ pid }: Running): number {
  const runner = childWith(pid, "sandhook-run");
  expect(runner).toBeGreaterThan(0);
  return runner;
}

// Root's podman ends calls as an ordinary user's does: the contract of all engines looks at it.
for (const subject of containerSubjects().filter(({ name }) => name !== "podman")) {
  describe(`the end of a call under ${subject.name}`, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = makeSubjectGround("kill", subject);
      await call(ground, "true");
    });
    afterAll(() => {
      removeGround(subject, ground);
    });

    const STUBBORN: readonly [string, (mark: string) => string][] = [
      ["a shell that ignores TERM", (m: string) => `trap '' TERM; touch up-${m}; sleep ${m}; sleep ${m}`],
      [
        "a daemon with an empty environment and a session of its own, forked twice",
        (m: string) =>
          `(setsid env -i /bin/sh -c '/bin/sleep ${m} & exec /bin/sleep ${m}' &) ; touch up-${m}; sleep ${m}`,
      ],
      ["a stopped process", (m: string) => `sleep ${m} & kill -STOP $!; touch up-${m}; sleep ${m}`],
      [
        "processes that fork without end",
        (m: string) => `f() { sleep ${m} & sleep 0.02; }; touch up-${m}; trap '' TERM; while :; do f; done`,
      ],
    ];

    it(`leaves nothing when the runner alone gets SIGKILL: ${STUBBORN.map(([name]) => name).join(", ")}`, async () => {
      await Promise.all(
        STUBBORN.map(async ([, make]) => {
          const mark = freshMark();
          const running = startLine(ground, rewrite(ground, make(mark)));
          await until(() => existsSync(path.join(ground.project, `up-${mark}`)));
          process.kill(runnerOf(running), "SIGKILL");
          await running.ended;
          await until(
            () => processesWith(`sleep\0${mark}`).length === 0 && processesWith(`up-${mark}`).length === 0,
          );
        }),
      );
    });

    it("leaves nothing of a command whose caller is gone before it starts", async () => {
      const mark = freshMark();
      const id = `0000000${mark}`;
      const [key = ""] = readdirSync(
        path.join(ground.home, ".local/share/sandhook/containers", subject.engine),
      );
      const folder = path.join(ground.home, ".local/share/sandhook/containers", subject.engine, key);
      writeFileSync(path.join(folder, "inbox", id), `setsid sleep ${mark} & sleep ${mark}`);
      // Standard input is at its end from the beginning, as it is when the runner was killed meanwhile; and whoever looks
      // then for the command's processes looks before there are any.
      const script = readFileSync("hooks/container/supervise", "utf8");
      const late = script.replace("\tset_mark ||", "\tsleep 1; set_mark ||");
      expect(late).not.toBe(script);
      const words = ["timeout", "-s", "KILL", "60", "/bin/sh", "-c", late, "supervise", id, ground.project];
      ask(subject, "exec", "-i", containersOf(subject, ground)[0] ?? "", ...words);
      expect(existsSync(path.join(folder, "outbox", id))).toBe(true);
      await until(() => processesWith(`sleep\0${mark}`).length === 0);
    });

    it("leaves nothing when the engine's client alone gets SIGKILL, and does not run twice", async () => {
      const mark = freshMark();
      const running = startLine(
        ground,
        rewrite(ground, `echo ran >> count-${mark}; setsid sleep ${mark} & sleep ${mark}`),
      );
      await until(() => processesWith(`sleep\0${mark}`).length === 2);
      process.kill(childWith(runnerOf(running), "supervise"), "SIGKILL");
      expect((await running.ended).code).toBe(137);
      await until(() => processesWith(`sleep\0${mark}`).length === 0);
      expect(readFileSync(path.join(ground.project, `count-${mark}`), "utf8")).toBe("ran\n");
    });

    it("says that the container ended under a command, and the next command gets another", async () => {
      const mark = freshMark();
      const running = startLine(ground, rewrite(ground, `sleep ${mark}`));
      await until(() => processesWith(`sleep\0${mark}`).length === 1);
      ask(subject, "kill", containersOf(subject, ground)[0] ?? "");
      const { code, stderr } = await running.ended;
      expect([code === 0, stderr]).toEqual([
        false,
        expect.stringContaining("container ended while the command ran"),
      ]);
      expect((await call(ground, "echo again")).stdout.toString()).toBe("again\n");
    });

    it("gives 130 after SIGINT and 143 after SIGTERM, and leaves nothing", async () => {
      const end = async (signal: NodeJS.Signals): Promise<number | null> => {
        const mark = freshMark();
        const running = startLine(
          ground,
          rewrite(ground, `trap '' INT; setsid sleep ${mark} & sleep ${mark}`),
        );
        await until(() => processesWith(`sleep\0${mark}`).length === 2);
        process.kill(runnerOf(running), signal);
        const { code } = await running.ended;
        await until(() => processesWith(`sleep\0${mark}`).length === 0);
        return code;
      };
      expect(await Promise.all([end("SIGINT"), end("SIGTERM")])).toEqual([130, 143]);
    });

    const count = subject.name === "docker" ? 64 : 8;
    it(`ends ${count} parallel calls, each with a daemon, and no other call`, async () => {
      const mark = freshMark();
      const bystander = startLine(
        ground,
        rewrite(ground, `touch by-${mark}; sleep 9${mark} & sleep 9${mark}`),
      );
      const line = rewrite(ground, `setsid sleep ${mark} & sleep ${mark}`);
      const running = repeatLine(ground, line, count).map((each) => startLine(ground, each));
      await until(() => processesWith(`sleep\0${mark}`).length === 2 * count);
      for (const { pid } of running) process.kill(-pid, "SIGKILL");
      await Promise.all(running.map(({ ended }) => ended));
      await until(() => processesWith(`sleep\0${mark}`).length === 0);
      expect(processesWith(`sleep\x009${mark}`)).toHaveLength(2);
      process.kill(-bystander.pid, "SIGTERM");
      await bystander.ended;
      await until(() => processesWith(`sleep\x009${mark}`).length === 0);
    });
  });
}
