import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statusReport } from "../../src/cli/status-schema.ts";
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

/** A container's volumes are named like it: by the project's folder and a digest of its path. */
function isHomeOf(volume: string, { project }: Ground): boolean {
  const key = `pro-ject-${createHash("sha256").update(project).digest("hex").slice(0, 12)}`;
  return volume.startsWith(`sandhook-${key}-`) && volume.endsWith("-home");
}

// Root's podman differs from an ordinary user's in nothing that counts here.
for (const subject of containerSubjects().filter(({ name }) => name !== "podman")) {
  const { engine, account, hasGit } = subject;
  describe(`the project's container under ${subject.name}`, () => {
    let ground: Ground;
    /** Its container ends by itself while the others are looked at. */
    let idle: Ground;
    beforeAll(async () => {
      ground = makeSubjectGround("life", subject);
      const settings = subject.settings["container"] as Readonly<Record<string, unknown>> | undefined;
      idle = makeSubjectGround("idle", subject, { container: { ...settings, idleSeconds: 1 } });
      expect((await outcome(idle, "echo up")).out).toBe("up\n");
      // Placeholders change nothing for later calls, so the first ones may come together.
      const first = await Promise.all(Array.from({ length: 4 }, (_, n) => outcome(ground, `echo ${n}`)));
      expect(first.map(({ out }) => out)).toEqual(["0\n", "1\n", "2\n", "3\n"]);
    });
    afterAll(() => {
      removeGround(subject, ground);
      removeGround(subject, idle);
    });

    /** `sandhook` as the user types it in the project. */
    function type(where: Ground, ...words: string[]): string {
      const program = path.join(where.home, ".local/share/sandhook/current/sandhook.mjs");
      const [file = "", ...args] = asUser(where, ["env", `HOME=${where.home}`, "node", program, ...words]);
      const cwd = existsSync(where.project) ? where.project : where.home;
      return execFileSync(file, args, { cwd, encoding: "utf8" });
    }

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

    it("ends when it was idle, and prune removes what is left once the project's folder is gone", async () => {
      const left = idle;
      await until(() => containersOf(subject, left).length === 0);
      await until(() => !existsSync(path.join(left.project, ".claude")));
      const [name] = ask(subject, "volume", "ls", "-q").filter((volume) => isHomeOf(volume, left));
      expect(name).toBeDefined();
      expect(type(left, "prune")).toBe("");
      rmSync(left.project, { recursive: true });
      expect(type(left, "prune")).toBe(`removed ${name?.replace(/-home$/, "") ?? ""}\n`);
      expect(ask(subject, "volume", "ls", "-q")).not.toContain(name);
    });

    it("leaves no file of another owner in the project", async () => {
      await outcome(ground, "mkdir -p d/e && touch d/e/f");
      const [file, ...args] = ["find", ground.project, ground.home, "!", "-uid", account.uid.toString()];
      expect(execFileSync(file, args, { encoding: "utf8" })).toBe("");
      const own = asUser(ground, ["test", "-w", path.join(ground.project, "d/e/f")]);
      expect(spawnSync(own[0] ?? "", own.slice(1)).status).toBe(0);
    });

    it("is seen, entered, stopped and removed by sandhook's commands", async () => {
      const mark = freshMark();
      const server = "$s = IO::Socket::INET->new(LocalPort => 7777, Listen => 1) or die $!; sleep 9" + mark;
      const listen = "until grep -q ':1E61 ' /proc/net/tcp; do sleep 0.1; done";
      const start = `setsid perl -MIO::Socket::INET -e '${server}' >/dev/null 2>&1 & ${listen}`;
      expect((await outcome(ground, start)).code).toBe(0);
      const { containers } = statusReport.parse(JSON.parse(type(ground, "status", "--json")));
      const status = containers.find(({ project }) => project === ground.project);
      expect(status).toMatchObject({ engine, running: true, project: ground.project, listening: [7777] });
      expect(status?.processes).toEqual([expect.stringContaining(`sleep 9${mark}`)]);
      expect(type(ground, "logs")).toBe("\n");
      const shell = asUser(ground, ["env", `HOME=${ground.home}`, "TERM=dumb", "script", "-qec"]);
      const program = path.join(ground.home, ".local/share/sandhook/current/sandhook.mjs");
      const { stdout } = spawnSync(
        shell[0] ?? "",
        [...shell.slice(1), `node '${program}' shell`, "/dev/null"],
        {
          cwd: ground.project,
          input: "echo in-$((40+2))-$PWD; exit\n",
          encoding: "utf8",
          timeout: 90_000,
        },
      );
      expect(stdout).toContain(`in-42-${ground.project}`);
      const [volume] = ask(subject, "volume", "ls", "-q").filter((name) => isHomeOf(name, ground));
      const name = volume?.replace(/-home$/, "") ?? "";
      expect(type(ground, "stop")).toBe(`stopped ${name}\n`);
      expect(containersOf(subject, ground)).toEqual([]);
      await until(() => processesWith(`sleep 9${mark}`).length === 0);
      expect(ask(subject, "volume", "ls", "-q")).toContain(volume);
      expect(type(ground, "rm")).toBe(`removed ${name} and its home volume\n`);
      expect(containersOf(subject, ground)).toEqual([]);
      expect(ask(subject, "volume", "ls", "-q")).not.toContain(volume);
      expect(type(ground, "stop")).toBe("this project has no container\n");
    }, 240_000);
  });
}
