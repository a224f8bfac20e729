import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { askHook, asUser, call, type Ground, outcome } from "./ground.ts";
import { containerSubjects, makeSubjectGround, removeContainers, removeGround } from "./subjects.ts";

function run(ground: Ground, cwd: string, ...words: string[]): string {
  const [file = "", ...args] = asUser(ground, ["env", `HOME=${ground.home}`, ...words]);
  return execFileSync(file, args, { cwd, encoding: "utf8" });
}

/** Everything at once, since a project of its own for each would be a container for each. podman copes with less. */
const ODD = [
  '-rf it\'s "so" $HOME `x` comma,colon:equals=semi;',
  "日本 äö 🎉new\nline back\\slash*?[a] %s{}",
];

for (const subject of containerSubjects()) {
  describe(`folders of a project under ${subject.name}`, () => {
    let ground: Ground;
    beforeAll(() => {
      ground = makeSubjectGround("paths", subject, {
        filesystem: { allowWrite: ["~/extra ,dir"], allowRead: ["~/shown"] },
      });
      // Claude Code's own way to add a folder.
      const settings = { sandhook: ground.settings, permissions: { additionalDirectories: ["~/beside"] } };
      writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
      for (const name of ["extra ,dir", "shown", "beside"])
        run(ground, ground.root, "mkdir", path.join(ground.home, name));
      run(ground, ground.root, "touch", path.join(ground.home, "shown/seen"));
    });
    let other: Ground | undefined;
    afterEach(() => {
      if (other !== undefined) removeContainers(subject, other);
      other = undefined;
    });
    afterAll(() => {
      removeGround(subject, ground);
    });

    function projectAt(name: string): Ground {
      const project = path.join(ground.root, name);
      run(ground, ground.root, "mkdir", "-p", "--", project);
      run(ground, project, "git", "init", "-q", "-b", "main");
      other = { ...ground, project };
      return other;
    }

    it("have any name", async () => {
      const name = subject.name === "docker" ? ODD.join("") : (ODD[0] ?? "");
      const project = projectAt(name);
      const { code, stdout, stderr } = await call(project, "mkdir s; cd s; echo x > f; pwd -P");
      expect([code, stdout.toString()], stderr).toEqual([0, `${project.project}/s\n`]);
      expect(readFileSync(path.join(project.project, "s/f"), "utf8")).toBe("x\n");
      expect((await outcome(project, "(echo x >> .git/config) 2>/dev/null || echo kept")).out).toBe("kept\n");
    });

    it("can be reached by a link, and are one project by either name", async () => {
      const project = projectAt("real");
      const link = path.join(ground.root, "link");
      symlinkSync(project.project, link);
      expect((await outcome({ ...project, project: link }, "pwd -P; echo x > linked")).out).toBe(
        `${project.project}\n`,
      );
      expect(await outcome(project, "cat linked")).toEqual({ code: 0, out: "x\n", err: "" });
    });

    it("may lie beside the project when the settings name them, and only then", async () => {
      const extra = path.join(ground.home, "extra ,dir");
      expect(
        (
          await outcome(
            ground,
            `echo x > '${extra}/f'; ls ~/shown; (touch ~/shown/y) 2>/dev/null || echo kept`,
          )
        ).out,
      ).toBe("seen\nkept\n");
      expect(existsSync(path.join(extra, "f"))).toBe(true);
      const beside = path.join(ground.home, "beside");
      const pwd = await call(ground, "echo x > f; pwd", beside);
      expect([pwd.stdout.toString(), existsSync(path.join(beside, "f"))]).toEqual([`${beside}\n`, true]);
      mkdirSync(path.join(ground.root, "elsewhere"));
      expect(askHook(ground, "true", path.join(ground.root, "elsewhere"))).toMatchObject({
        permissionDecision: "deny",
        permissionDecisionReason: expect.stringMatching(
          /the working folder .*elsewhere is not in the project's container[^]*sandhook.filesystem.allowRead/,
        ) as unknown,
      });
    });

    if (subject.hasGit)
      it("may be linked worktrees: commits work, hooks and config of the repository stay", async () => {
        const project = projectAt("main");
        const commit = [
          "-c",
          "user.name=a",
          "-c",
          "user.email=a@example.invalid",
          "commit",
          "-q",
          "--allow-empty",
          "-m",
          "one",
        ];
        run(ground, project.project, "git", ...commit);
        const tree = path.join(ground.root, "tree");
        run(ground, project.project, "git", "worktree", "add", "-q", tree);
        const inTree = { ...ground, project: tree };
        try {
          const { code, out, err } = await outcome(
            inTree,
            "echo b > b && git add b && git commit -qm two && git log --format=%s",
          );
          expect([code, out], err).toEqual([0, "two\none\n"]);
          expect(run(ground, project.project, "git", "log", "--format=%s", "tree")).toBe("two\none\n");
          const hook = path.join(project.project, ".git/hooks/pre-commit");
          const attacks = [
            `echo x > '${hook}'`,
            `echo x >> '${project.project}/.git/config'`,
            "echo gitdir: /tmp > .git",
          ];
          const { out: done } = await outcome(
            inTree,
            `${attacks.map((a, n) => `(${a}) 2>/dev/null && echo ${n}`).join("; ")}; true`,
          );
          expect(done).toBe("");
          writeFileSync(hook, "", { flag: "wx" }); // Nothing is there.
        } finally {
          removeContainers(subject, inTree);
        }
      });
  });
}
