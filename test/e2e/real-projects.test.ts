import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call as callUnder } from "../engines/ground.ts";
import { containerSubjects, makeSubjectGround, removeGround } from "../engines/subjects.ts";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, writeFile } from "../support/temp-home.ts";

/** The server's port inside; published under another number. */
const PORT = 8123;

/** What developers do in a container, each step a call of its own; `says` is the end of its output. */
const STEPS: readonly { readonly id: string; readonly command: string; readonly says: string }[] = [
  {
    id: "git",
    command:
      "git clone -q origin.git clone && cd clone && echo two > two && git add two && git commit -qm second && git push -q && git log --format=%s; cd ..",
    says: "second\nfirst",
  },
  {
    id: "npm",
    command:
      "cd app && npm install --silent --no-audit --no-fund ../lib && node -e 'console.log(require(\"lib\"))'; cd ..",
    says: "from the library",
  },
  {
    id: "python",
    // Without pip, which takes longer to unpack than everything else here together.
    command: `python3 -m venv --without-pip venv && venv/bin/python -c 'import sys; print(sys.prefix)' | sed "s|$PWD/||"`,
    says: "venv",
  },
  {
    id: "make",
    command: "make -s -C c && ./c/hello",
    says: "compiled",
  },
  {
    id: "sqlite",
    command: `sqlite3 test.db "create table t(a); insert into t values ('kept'); select a from t"`,
    says: "kept",
  },
  {
    id: "server",
    command: `setsid node server.js >server.log 2>&1 & until curl -sf localhost:${PORT} >/dev/null; do sleep 0.1; done; echo up`,
    says: "up",
  },
  { id: "next", command: `curl -s localhost:${PORT}/`, says: "served" },
];

const FILES: Readonly<Record<string, string>> = {
  "lib/package.json": '{ "name": "lib", "version": "1.0.0" }',
  "lib/index.js": 'module.exports = "from the library";',
  "app/package.json": '{ "name": "app", "version": "1.0.0" }',
  "c/hello.c": '#include <stdio.h>\nint main(void) { puts("compiled"); return 0; }\n',
  "c/Makefile": "hello: hello.c\n\tgcc -Wall -o $@ $<\n",
  "server.js": `require("http").createServer((_, answer) => answer.end("served\\n")).listen(${PORT});`,
};

/** The files, and a bare repository with one commit. */
function furnish(project: string): void {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(project, name, ".."), { recursive: true });
    writeFile(join(project, name), text);
  }
  const git = (...words: string[]): void => {
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.invalid", ...words], {
      cwd: project,
    });
  };
  git("init", "-q", "-b", "main", "seed");
  git("-C", "seed", "commit", "-qm", "first", "--allow-empty");
  git("clone", "-q", "--bare", "seed", "origin.git");
}

/** A port of this machine for the published server, unlike that of a run beside this one. */
function freePort(): number {
  return 20_000 + (process.pid % 10_000);
}

const settings = (port: number): Record<string, unknown> => ({
  network: "open",
  container: { ports: [`${port}:${PORT}`] },
});

const PUSHED = ["-C", "origin.git", "log", "--format=%s", "main"];

describe.runIf(engineAvailable("docker"))("a real project, through the real client in docker", () => {
  it("is cloned, installed, built and served, in one container", async () => {
    const user = makeTempHome({ git: true });
    installProduct(user, { engine: "docker" });
    furnish(user.project);
    const port = freePort();
    const file = join(user.home, ".claude/settings.json");
    const written = JSON.parse(readFileSync(file, "utf8")) as { sandhook: Record<string, unknown> };
    writeFile(file, { ...written, sandhook: { ...written.sandhook, ...settings(port) } });
    writeFile(join(user.home, ".gitconfig"), "[user]\n\tname = T\n\temail = t@example.invalid\n");
    const script = STEPS.map(({ id, command }) => ({ calls: [bash(id, command)] }));
    const run = await runClient({ release: NEWEST_RELEASE, user, script, timeout: 280_000 });
    for (const { id, says } of STEPS) {
      const { text = "", isError } = run.results.get(id) ?? {};
      expect([id, text.slice(-says.length), isError], text).toEqual([id, says, false]);
    }
    expect(execFileSync("git", PUSHED, { cwd: user.project, encoding: "utf8" })).toBe("second\nfirst\n");
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.text()).toBe("served\n");
  });
});

// By hand, `npm run projects`: the same through the hook and the runner under each container engine. Builds images.
if (process.env["SANDHOOK_PROJECTS"] !== undefined)
  describe.each(containerSubjects())("a real project under $name", (subject) => {
    it("is cloned, installed, built and served", async () => {
      const port = freePort() + 1;
      const ground = makeSubjectGround("project", subject, settings(port));
      try {
        furnish(ground.project);
        const { uid, gid } = ground.account;
        execFileSync("chown", ["-R", `${uid}:${gid}`, ground.project]);
        for (const { id, command, says } of STEPS) {
          const { code, stdout, stderr } = await callUnder(ground, command);
          expect([id, code, stdout.toString().trimEnd()], stderr).toEqual([
            id,
            0,
            expect.stringMatching(`${says}$`),
          ]);
        }
        expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("served\n");
      } finally {
        removeGround(subject, ground);
      }
    }, 1_200_000);
  });
