import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A throw-away user: `home` and, outside of it, the `project` a session starts in; both are real paths. */
export type TempHome = { readonly root: string; readonly home: string; readonly project: string };

/** `git: true` makes the project a repository with one commit; `files` are written below the root first. */
export type TempHomeOptions = { readonly git?: boolean; readonly files?: Readonly<Record<string, unknown>> };

/** Makes a fresh HOME and project that disappear when the current test finishes. */
export function makeTempHome(options: TempHomeOptions = {}): TempHome {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "sandhook-test-")));
  onTestFinished(() => {
    for (const path of [root, sessionFolder(join(root, "project"))]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 30 });
    }
  });
  const user = { root, home: join(root, "home"), project: join(root, "project") };
  mkdirSync(user.home);
  mkdirSync(user.project);
  for (const [path, value] of Object.entries(options.files ?? {})) writeFile(join(root, path), value);
  if (options.git === true) initRepository(user);
  return user;
}

/** Where the client keeps the task outputs and the scratchpads of a project's sessions. */
export function sessionFolder(project: string): string {
  return join("/tmp", `claude-${process.getuid?.() ?? 0}`, project.replaceAll(/[^A-Za-z0-9]/g, "-"));
}

/** Writes a file and its parents; anything but a string is written as JSON. */
export function writeFile(path: string, value: unknown, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value, null, 2), { mode });
}

function initRepository({ home, project }: TempHome): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, GIT_CONFIG_NOSYSTEM: "1" };
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "-A"],
    [...identity, "commit", "-qm", "start", "--allow-empty"],
  ])
    execFileSync("git", args, { cwd: project, env });
}
