import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freshMark, type Ground, outcome } from "./ground.ts";
import { ask, containerSubjects, makeSubjectGround, removeGround } from "./subjects.ts";

/** Built from what is on this machine alone: a Dockerfile on the base, a file to copy, a feature of the project's own. */
function fixture(mark: string, more: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const config = {
    build: { dockerfile: "Dockerfile", args: { WORD: `arg-${mark}` } },
    features: { "./hello": { greeting: "hei" } },
    containerEnv: { FROM_FILE: "a, b", HOME: "/elsewhere", BELOW: "${containerWorkspaceFolder}/below" },
    remoteUser: "dev",
    mounts: ["source=/,target=/host,type=bind"],
    runArgs: ["--privileged"],
    privileged: true,
    initializeCommand: "touch /var/tmp/sandhook-canary-of-the-host",
    postCreateCommand: { one: "echo created >> made", two: ["touch", "two words"] },
    ...more,
  };
  return {
    "devcontainer.json": `// with a comment\n${JSON.stringify(config, null, 2)}`,
    Dockerfile: 'FROM debian:bookworm-slim\nARG WORD\nCOPY note /note\nRUN echo "$WORD" > /word\n',
    note: `note of ${mark}\n`,
    "hello/devcontainer-feature.json": JSON.stringify({
      id: "hello",
      version: "1.0.0",
      name: "Hello",
      options: { greeting: { type: "string", default: "hi" } },
      containerEnv: { FEATURE: "on" },
    }),
    "hello/install.sh": '#!/bin/sh\necho "$GREETING" > /greeting\n',
  };
}

for (const subject of containerSubjects().filter(({ name }) => name !== "podman")) {
  describe(`a devcontainer.json under ${subject.name}`, () => {
    let ground: Ground | undefined;
    let mark = "";
    afterEach(() => {
      if (ground !== undefined) removeGround(subject, ground);
      ground = undefined;
      for (const image of ask(
        subject,
        "images",
        "-q",
        "--no-trunc",
        "--filter",
        "label=devcontainer.metadata",
      ))
        if (ask(subject, "history", "--no-trunc", "--format", "{{.CreatedBy}}", image).join().includes(mark))
          ask(subject, "rmi", "--force", image);
    });

    function make(
      files: Readonly<Record<string, string>>,
      container: Readonly<Record<string, unknown>>,
    ): Ground {
      const made = makeSubjectGround("dev", subject, { container });
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(made.project, ".devcontainer", name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text, { mode: 0o755 });
      }
      const { uid, gid } = made.account;
      execFileSync("chown", ["-R", `${uid}:${gid}`, made.project]);
      ground = made;
      return made;
    }

    it("makes the image with its features, and the container under our terms", async () => {
      mark = freshMark();
      // The tool builds features in steps of their own, which take rootless podman half a minute.
      const feature = subject.name === "docker";
      const files = fixture(mark, feature ? {} : { features: {} });
      const made = make(files, { devcontainer: ".devcontainer/devcontainer.json" });
      const look =
        'cat /note /word /greeting made 2>/dev/null; ls -d \'two words\'; printf \'%s|\' "$FROM_FILE" "$FEATURE" "$BELOW" "$HOME"';
      const { code, out, err } = await outcome(
        made,
        `${look}; id -u; grep CapEff /proc/self/status; ls /host 2>/dev/null`,
      );
      expect(out, err).toBe(
        [
          ...[`note of ${mark}`, `arg-${mark}`, ...(feature ? ["hei"] : []), "created", "two words"],
          `a, b|${feature ? "on" : ""}|${made.project}/below|${made.home}|${made.account.uid}`,
          `CapEff:\t${"0".repeat(16)}`,
          "",
        ].join("\n"),
      );
      expect(code).toBe(2);
      for (const key of ["privileged", "mounts", "runArgs"]) expect(err).toContain(`${key} of `);
      expect(existsSync("/var/tmp/sandhook-canary-of-the-host")).toBe(false);
      expect(
        await outcome(made, "cat made; (echo x >> .devcontainer/Dockerfile) 2>/dev/null || echo kept"),
      ).toEqual({
        code: 0,
        out: "created\nkept\n",
        err: "",
      });
      // Another build, by the same code.
      if (!feature) return;
      writeFileSync(path.join(made.project, ".devcontainer/note"), `other note of ${mark}\n`);
      expect((await outcome(made, "cat /note")).out).toBe(`other note of ${mark}\n`);
    });

    if (subject.name === "docker")
      it("runs nothing when a command of its own fails, and is not used unless somebody trusts it", async () => {
        mark = freshMark();
        const failing = fixture(mark, { features: {}, postCreateCommand: "echo half; exit 4" });
        const made = make(failing, { devcontainer: ".devcontainer/devcontainer.json" });
        const { code, err } = await outcome(made, "touch canary");
        expect([code, err]).toEqual([
          125,
          expect.stringContaining("a command of the project's devcontainer.json failed"),
        ]);
        expect(existsSync(path.join(made.project, "canary"))).toBe(false);
        removeGround(subject, made);
        const untrusted = make(failing, { image: "docker.io/library/debian:bookworm-slim" });
        const { out, err: said } = await outcome(untrusted, "ls /word 2>/dev/null; echo plain");
        expect([out, said]).toEqual([
          "plain\n",
          expect.stringContaining(".devcontainer/devcontainer.json is not used"),
        ]);
      });
  });
}
