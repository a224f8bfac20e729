import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { call, type Ground } from "../engines/ground.ts";
import { containerSubjects, makeSubjectGround, removeGround } from "../engines/subjects.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

const TEXT = "# as it was\n";

interface StartupFiles {
  /** Files that the client's shells evaluate, on the host. */
  readonly present: readonly string[];
  /** Those that are named and not there yet. */
  readonly missing: readonly string[];
}

/** What is evaluated before each command on the host: the snapshot, the session's variables, and what settings name. */
function writeStartupFiles({ home, project, settings, account }: Ground, named: boolean): StartupFiles {
  const claude = path.join(home, ".claude");
  const inProject = [path.join(project, "tools/bash-env.sh"), path.join(project, "env-file.sh")];
  const present = [
    path.join(claude, "shell-snapshots/snapshot-bash-1-a.sh"),
    path.join(claude, "session-env/session/sessionstart-hook-0.sh"),
    path.join(home, ".bash_env"),
    ...inProject,
  ];
  for (const file of present) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, TEXT);
  }
  const env = {
    BASH_ENV: inProject[0],
    CLAUDE_ENV_FILE: "env-file.sh",
    ENV: path.join(project, "missing.sh"),
  };
  const file = path.join(claude, "settings.json");
  writeFileSync(file, JSON.stringify({ sandhook: settings, ...(named && { env }) }));
  execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, home, project]);
  return { present, missing: [path.join(project, "missing.sh")] };
}

/** Every way to get a line into a file, or a file into its place. */
const tamper = (file: string): string =>
  [
    `echo 'touch canary' >> '${file}'`,
    `echo 'touch canary' > '${file}.new' && mv -f '${file}.new' '${file}'`,
    `rm -f '${file}' && echo 'touch canary' > '${file}'`,
    `ln -sf /proc/self/environ '${file}'`,
    `mv '${path.dirname(file)}' '${path.dirname(file)}.moved' && mkdir -p '${path.dirname(file)}' && echo 'touch canary' > '${file}'`,
  ].join("\n");

/** The files whose text is another one now, and those that have come to be. */
async function tamperWith(ground: Ground, named: boolean): Promise<string[]> {
  const { present, missing } = writeStartupFiles(ground, named);
  const script = [...present, ...missing].map(tamper).join("\n");
  const { code } = await call(ground, `exec 2>/dev/null\n${script}\ntrue`);
  expect(code).toBe(0);
  const isAsItWas = (file: string): boolean =>
    existsSync(file) && statSync(file).isFile() && readFileSync(file, "utf8") === TEXT;
  // A placeholder is an empty folder.
  const cameToBe = missing.filter((file) => existsSync(file) && !statSync(file).isDirectory());
  const changed = [...present.filter((file) => !isAsItWas(file)), ...cameToBe];
  return changed.map((file) => path.relative(ground.root, file));
}

describe.runIf(engineAvailable("bubblewrap"))("under bubblewrap", () => {
  it("G-18 a command changes nothing that the client's shells evaluate", async () => {
    expect(await tamperWith(bubblewrapGround(), true)).toEqual([]);
  });

  it("G-18 it changes files of the project that nobody names", async () => {
    const changed = await tamperWith(bubblewrapGround(), false);
    expect(changed).toEqual(["pro ject/tools/bash-env.sh", "pro ject/env-file.sh", "pro ject/missing.sh"]);
  });
});

describe.each(containerSubjects().filter(({ name }) => name === "docker"))("under $name", (subject) => {
  it("G-18 a command changes nothing that the client's shells evaluate", async () => {
    const ground = makeSubjectGround("startup", subject);
    onTestFinished(() => {
      removeGround(subject, ground);
    });
    expect(await tamperWith(ground, true)).toEqual([]);
  });
});
