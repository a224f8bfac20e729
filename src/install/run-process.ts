import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Run, RunResult } from "./self-check.ts";

/** A sample call that takes longer is a failure of its own: the first one may build an image. */
const PATIENCE_MS = 15 * 60 * 1000;

/** Runs a process to its end and keeps what it printed. A program that cannot be started counts as exit code 127. */
export function runProcess({ file, args, cwd, stdin, variables }: Run): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...variables } });
    // spawn's own timeout would keep us waiting for a program that could not be started.
    const timer = setTimeout(() => child.kill(), PATIENCE_MS);
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on("error", () => undefined); // It ended without reading: its exit code tells.
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ exitCode: 127, stdout: "", stderr: error.message });
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    child.stdin.end(stdin);
  });
}
