import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Account,
  call,
  freshMark,
  type Ground,
  outcome,
  processesWith,
  repeatLine,
  rewrite,
  startLine,
  until,
} from "./ground.ts";

export interface ContractSubject {
  readonly name: string;
  readonly account: Account;
  readonly makeGround: () => Ground;
  /** Takes away what the engine keeps of the ground's project. */
  readonly cleanUp: (ground: Ground) => void;
  /**
   * `own`: a command has processes, a network and a /tmp of its own, and ends with its call whatever it does. `host`: it
   * has the host's, and ends as it would outside, with its process group. Default: `own`.
   */
  readonly view?: "own" | "host";
  /** False for a stand-in that starts commands as the engine does and confines nothing. Default: true. */
  readonly confines?: boolean;
}

/** How Claude Code ends a call: SIGTERM to the group, then SIGKILL. */
const ENDINGS: Readonly<Record<"own" | "host", readonly (readonly NodeJS.Signals[])[]>> = {
  own: [["SIGTERM"], ["SIGKILL"]],
  host: [["SIGTERM", "SIGKILL"], ["SIGKILL"]],
};

/** What every engine promises about one command, shown through the hook, the rewritten line and a real shell. */
export function describeContract(subject: ContractSubject): void {
  const { name, account, makeGround, cleanUp, view = "own", confines = true } = subject;
  describe(`a command under ${name}`, () => {
    let ground: Ground;

    beforeAll(async () => {
      ground = makeGround();
      await call(ground, "true"); // Makes the container, with its progress on stderr.
    });
    afterAll(() => {
      cleanUp(ground);
      rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
    });

    it("ends with its own exit code", async () => {
      const codes = [0, 1, 126, 130, 255];
      const ended = await Promise.all(codes.map((code) => outcome(ground, `exit ${code}`)));
      expect(ended).toEqual(codes.map((code) => ({ code, out: "", err: "" })));
    });

    it("keeps stdout and stderr apart", async () => {
      expect(await outcome(ground, "echo out; echo err >&2; false")).toEqual({
        code: 1,
        out: "out\n",
        err: "err\n",
      });
    });

    it("brings every byte of five megabytes", async () => {
      const { stdout } = await call(ground, "head -c 5242880 /dev/urandom > blob; cat blob");
      expect(stdout.equals(readFileSync(path.join(ground.project, "blob")))).toBe(true);
    });

    it.each([
      [`printf '%s|' "it's" 'a "b"' \\$x '$&' '\`t\`' "$(echo s)" a\\ b`, 'it\'s|a "b"|$x|$&|`t`|s|a b|'],
      ["cat <<'E'\n$HOME 'x' \"y\" \\\nE", "$HOME 'x' \"y\" \\\n"],
      ["echo 'äöü 日本 🎉'; echo one; # two\necho three", "äöü 日本 🎉\none\nthree\n"],
    ])("runs the text as it was written: %j", async (command, out) => {
      expect(await outcome(ground, command)).toEqual({ code: 0, out, err: "" });
    });

    it("runs 200 KB of command", async () => {
      expect(await outcome(ground, `: ${"y".repeat(200_000)}; echo end`)).toEqual({
        code: 0,
        out: "end\n",
        err: "",
      });
    });

    it("carries the folder over, also one of the sandbox's temporary folder", async () => {
      expect((await call(ground, "mkdir -p 'a b' && cd 'a b'")).cwd).toBe(path.join(ground.project, "a b"));
      const temporary = view === "own" ? "/tmp" : "$TMPDIR";
      const { cwd } = await call(ground, `mkdir -p ${temporary}/t && cd ${temporary}/t && echo x > f`);
      expect(readFileSync(path.join(cwd, "f"), "utf8")).toBe("x\n");
      expect((await call(ground, "cd 'a b'; false")).cwd).toBe("");
      // Another folder by the name of the one that the call began in.
      const began = path.join(ground.project, "a b");
      const replaced = await call(ground, "mv ../a\\ b ../old && mkdir ../a\\ b && cd ../a\\ b", began);
      expect(replaced.cwd).toBe(began);
      expect((await call(ground, "true", began)).cwd).toBe(began);
    });

    it("owns what it makes, and runs as the user", async () => {
      const { out } = await outcome(ground, "echo x > mine; id -u; id -g");
      expect(out).toBe(`${account.uid}\n${account.gid}\n`);
      const { uid, gid } = statSync(path.join(ground.project, "mine"));
      expect([uid, gid]).toEqual([account.uid, account.gid]);
    });

    it("has the caller's variables and an empty standard input", async () => {
      const { out } = await outcome(ground, `cat; printf '%s|' "$LC_TEST" "\${0##*/}" $#`);
      expect(out).toBe('two "words" $HOME\n`third`|bash|0|');
    });

    it("is ended by a signal, or handles it", async () => {
      expect((await outcome(ground, "kill -TERM $$; echo on")).code).toBe(143);
      const handled = await outcome(ground, "trap 'echo handled; exit 3' TERM; kill -TERM $$; echo on");
      expect([handled.code, handled.out]).toEqual([3, "handled\n"]);
    });

    it("runs something beside itself and waits for it", async () => {
      expect(await outcome(ground, "(sleep 0.2; echo late) & echo early; wait")).toEqual({
        code: 0,
        out: "early\nlate\n",
        err: "",
      });
    });

    it("has no secret of the host", async () => {
      const files = confines ? "cat ~/.ssh/id_rsa ~/.claude/settings.json 2>/dev/null" : ":";
      const { out } = await outcome(ground, `env; ${files}; true`);
      expect(out).not.toMatch(/sk-host|key of the host|"sandhook"/);
    });

    if (confines) {
      it("cannot change protected paths, nor go round them", async () => {
        const tries = [
          "echo x > .git/hooks/pre-commit",
          "echo x >> .git/config",
          "mv .git g && mkdir .git",
          "mkdir -p .claude && echo x > .claude/settings.json",
          "echo x > .mcp.json",
          "echo x > .vscode/tasks.json",
        ];
        const { out } = await outcome(
          ground,
          `${tries.map((t, n) => `( ${t} ) 2>/dev/null && echo ${n}`).join("\n")}\ntrue`,
        );
        expect(out).toBe("");
        expect(existsSync(path.join(ground.project, ".git/hooks/pre-commit"))).toBe(false);
      });
    }

    if (view === "own") {
      it("has no network, no capability, and sees no process of the host", async () => {
        const ask =
          "tail -n +3 /proc/net/dev | grep -v ' lo:'; grep CapEff /proc/self/status; ls -d /proc/[0-9]* | wc -l";
        const [capabilities, processes] = (await outcome(ground, ask)).out.trim().split("\n");
        expect(capabilities).toBe(`CapEff:\t${"0".repeat(16)}`);
        expect(Number(processes)).toBeLessThan(20);
      });

      it("is refused io_uring, new mounts and namespaces by a system call filter", async () => {
        // io_uring_setup, io_uring_register, open_tree, mount_setattr; their numbers are the same everywhere.
        const ask =
          "perl -e 'for (425, 427, 428, 442) { $! = 0; syscall($_, 0, 0, 0, 0, 0); print $! + 0, q( ) }'";
        const { out } = await outcome(ground, `${ask}; unshare -Ur true 2>/dev/null && echo made; true`);
        expect(out).toBe("1 1 1 1 ");
      });
    }

    it("runs many at once", async () => {
      const lines = repeatLine(
        ground,
        rewrite(ground, "sleep 0.2; n=$RANDOM$RANDOM; echo $n >> many; echo $n"),
        16,
      );
      const all = await Promise.all(lines.map((line) => startLine(ground, line).ended));
      const own = all.map(({ stdout }) => stdout.toString());
      expect(own.sort()).toEqual(
        readFileSync(path.join(ground.project, "many"), "utf8").match(/\d+\n/g)?.sort(),
      );
      expect(own).toHaveLength(16);
    });

    it.each(ENDINGS[view].map((signals) => ({ signals })))(
      "leaves no process behind when its caller ends its group by $signals",
      async ({ signals }) => {
        const mark = freshMark();
        const elsewhere = view === "own" ? `(setsid sleep ${mark} &) ; ` : "";
        const command = `sleep ${mark} & ${elsewhere}trap '' TERM; touch up-${mark}; sleep ${mark}; sleep ${mark}`;
        const running = startLine(ground, rewrite(ground, command));
        await until(() => existsSync(path.join(ground.project, `up-${mark}`)));
        await until(() => processesWith(`sleep\0${mark}`).length > 0);
        for (const signal of signals) if (processesWith(mark).length > 0) process.kill(-running.pid, signal);
        await running.ended;
        await until(() => processesWith(`sleep\0${mark}`).length === 0);
      },
    );

    it("refuses a job that is gone", async () => {
      const line = rewrite(ground, "touch canary");
      rmSync(path.join(ground.home, ".local/share/sandhook/jobs"), { recursive: true });
      const { code, stderr } = await startLine(ground, line).ended;
      expect([code, stderr]).toEqual([125, expect.stringContaining("the command was not run")]);
      expect(existsSync(path.join(ground.project, "canary"))).toBe(false);
    });
  });
}
