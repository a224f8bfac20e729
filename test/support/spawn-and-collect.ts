import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientCommand } from "./client-release.ts";

export type Finished = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type SpawnSettings = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Milliseconds until the whole process group is killed and the run is an error. */
  readonly timeout: number;
};

/**
 * Runs a command as a process group of its own, without input, and gives what it wrote once it has ended. It writes
 * to files, not pipes: a daemon that outlives it may hold a pipe open, and reading at the exit could miss the end.
 */
export async function spawnAndCollect(command: ClientCommand, settings: SpawnSettings): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), "sandhook-run-"));
  const paths = { stdout: join(folder, "stdout"), stderr: join(folder, "stderr") };
  const files = [openSync(paths.stdout, "w"), openSync(paths.stderr, "w")];
  const output = (): Omit<Finished, "exitCode"> => ({
    stdout: readFileSync(paths.stdout, "utf8"),
    stderr: readFileSync(paths.stderr, "utf8"),
  });
  try {
    const exitCode = await exitOf(command, settings, files);
    if (exitCode === "timeout") throw timeoutError(settings, output());
    return { exitCode, ...output() };
  } finally {
    files.forEach(closeSync);
    rmSync(folder, { recursive: true, force: true });
  }
}

function exitOf(
  { file, args }: ClientCommand,
  { env, cwd, timeout }: SpawnSettings,
  files: readonly number[],
): Promise<number | null | "timeout"> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, cwd, detached: true, stdio: ["ignore", ...files] });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      resolve("timeout");
    }, timeout);
    child.once("error", reject);
    child.once("exit", (exitCode) => {
      clearTimeout(timer);
      resolve(exitCode);
    });
  });
}

function timeoutError({ timeout }: SpawnSettings, { stdout, stderr }: Omit<Finished, "exitCode">): Error {
  return new Error(`the client did not end in ${timeout} ms\n${stderr}\n${stdout}`);
}
