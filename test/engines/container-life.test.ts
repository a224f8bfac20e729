import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  asUser,
  call,
  freshMark,
  type Ground,
  outcome,
  processesWith,
  rewrite,
  startLine,
  until,
} from "./ground.ts";
import { ask, containersOf, containerSubjects, makeSubjectGround, removeGround } from "./subjects.ts";

for (const subject of containerSubjects()) {
  const { engine, account, hasGit } = subject;
  describe(`the project's container under ${subject.name}`, () => {
    let ground: Ground;
    beforeAll(async () => {
      ground = makeSubjectGround("life", subject);
      // Placeholders change nothing for later calls, so the first ones may come together.
      const first = await Promise.all(Array.from({ length: 4 }, (_, n) => outcome(ground, `echo ${n}`)));
      expect(first.map(({ out }) => out)).toEqual(["0\n", "1\n", "2\n", "3\n"]);
    });
    afterAll(() => {
      removeGround(subject, ground);
    });

    it("is one, however many calls came first together, and stays the same", async () => {
      const before = containersOf(subject, ground);
      expect(before).toHaveLength(1);
      expect(await outcome(ground, "true")).toEqual({ code: 0, out: "", err: "" });
      expect(containersOf(subject, ground)).toEqual(before);
    });

    it("keeps background processes and localhost of finished calls", async () => {
      const mark = freshMark();
      await outcome(ground, `setsid sleep ${mark} >/dev/null 2>&1 &`);
      expect(processesWith(`sleep\0${mark}`)).toHaveLength(1);
      await outcome(ground, `kill $(grep -lz '^${mark}$' /proc/[0-9]*/cmdline | cut -d/ -f3)`);
    });

    it("takes nothing of the caller's environment but the listed names, byte for byte", async () => {
      const { out } = await outcome(
        ground,
        'printf "%s|" "$LC_TEST" "${HOST_VARIABLE-}" "${DOCKER_HOST-}"; echo "$HOME"',
      );
      expect(out).toBe(`two "words" $HOME\n\`third\`|||${ground.home}\n`);
    });

    it("gives a reader of reports no link or pipe to follow", async () => {
      const attack =
        'cd /run/sandhook/outbox && for f in [0-9a-f]*; do rm -f "$f"; ln -s /etc/passwd "$f"; done';
      expect((await call(ground, `${attack}; cd /`)).code).toBe(125);
      const pipe = 'cd /run/sandhook/outbox && for f in [0-9a-f]*; do rm -f "$f"; mkfifo "$f"; done';
      expect((await call(ground, `${pipe}; cd /`)).code).toBe(125);
    });

    it("cannot change its inbox, scripts, accounts or root file system", async () => {
      const { out } = await outcome(
        ground,
        "for f in /run/sandhook/inbox/x /run/sandhook/bin/x /run/sandhook/config/x /etc/x /usr/x /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do (echo x >$f) 2>/dev/null && echo $f; done; true",
      );
      expect(out).toBe("");
    });

    it("cannot use the user's keys in the kernel", async () => {
      const number = process.arch === "x64" ? 250 : 219;
      const keyring = `$r = syscall(${number}, 0, -4, 1); print $r < 0 ? "denied" : "keyring $r"`;
      expect((await outcome(ground, `perl -e '${keyring}'`)).out).toBe("denied");
    });

    it("is made anew when the host replaces a protected file, and protects the new one", async () => {
      const [before] = containersOf(subject, ground);
      const config = path.join(ground.project, ".git/config");
      writeFileSync(`${config}.new`, readFileSync(config));
      renameSync(`${config}.new`, config);
      execFileSync("chown", [`${account.uid}:${account.gid}`, config]);
      const { code, err } = await outcome(ground, "(echo x >> .git/config) 2>/dev/null");
      expect([code, err]).toEqual([1, expect.stringContaining("replacing the project's container")]);
      expect(containersOf(subject, ground)).not.toContain(before);
      expect(readFileSync(config, "utf8")).not.toContain("x\n");
    });

    // The same code for every engine, and the wait for the running call takes ten seconds.
    if (subject.name === "docker")
      it("is not replaced under a running call", async () => {
        const mark = freshMark();
        const running = startLine(ground, rewrite(ground, `sleep ${mark}`));
        await until(() => processesWith(`sleep\0${mark}`).length > 0);
        const config = path.join(ground.project, ".git/config");
        writeFileSync(`${config}.new`, readFileSync(config));
        renameSync(`${config}.new`, config);
        execFileSync("chown", [`${account.uid}:${account.gid}`, config]);
        const { code, err } = await outcome(ground, "touch canary-busy");
        expect([code, err]).toEqual([125, expect.stringContaining("other commands still run")]);
        expect(existsSync(path.join(ground.project, "canary-busy"))).toBe(false);
        process.kill(-running.pid, "SIGTERM");
        await running.ended;
        await until(() => processesWith(`sleep\0${mark}`).length === 0);
        expect((await outcome(ground, "echo again")).out).toBe("again\n");
      });

    it("comes back after it was killed, and after its state was lost", async () => {
      const [id = ""] = containersOf(subject, ground);
      ask(subject, "kill", id);
      expect((await outcome(ground, "echo one")).out).toBe("one\n");
      const [next = ""] = containersOf(subject, ground);
      expect(next).not.toBe("");
      const [key] = readdirSync(path.join(ground.home, ".local/share/sandhook/containers", engine));
      for (const name of ["state", "spec", "inbox", "outbox", "config"])
        rmSync(path.join(ground.home, ".local/share/sandhook/containers", engine, key ?? "", name), {
          recursive: true,
        });
      expect((await outcome(ground, "echo two")).out).toBe("two\n");
      expect(containersOf(subject, ground)).toHaveLength(1);
    });

    if (hasGit)
      it("commits under the user's name, while hooks and config stay", async () => {
        const { code, out } = await outcome(
          ground,
          "echo a > a && git add a && git commit -qm one && git log --format='%an %ae'",
        );
        expect([code, out]).toEqual([0, "Tess Ter t@example.invalid\n"]);
        expect(statSync(path.join(ground.project, ".git/refs/heads/main")).uid).toBe(account.uid);
      });

    it("leaves no placeholder behind once it has ended", async () => {
      expect(existsSync(path.join(ground.project, ".mcp.json"))).toBe(true);
      const [id = ""] = containersOf(subject, ground);
      ask(subject, "kill", id);
      const left = [".mcp.json", ".claude", ".vscode", ".idea", ".git/commondir"];
      await until(() => left.every((name) => !existsSync(path.join(ground.project, name))));
      await until(() => containersOf(subject, ground).length === 0);
    });

    it("leaves no file of another owner in the project", async () => {
      await outcome(ground, "mkdir -p d/e && touch d/e/f");
      const [file, ...args] = ["find", ground.project, ground.home, "!", "-uid", account.uid.toString()];
      expect(execFileSync(file, args, { encoding: "utf8" })).toBe("");
      const own = asUser(ground, ["test", "-w", path.join(ground.project, "d/e/f")]);
      expect(spawnSync(own[0] ?? "", own.slice(1)).status).toBe(0);
    });
  });
}
