import { spawnSync } from "node:child_process";

/**
 * Runs a command to its end, without a shell. `stdin` is a file descriptor or "ignore".
 * Gives { ok, stdout, reason }; `reason` is the last line it complained with, or why it could not start.
 */
export function run(
  [file, ...args],
  { timeout = 30_000, env = process.env, stdin = "ignore", cwd = "/" } = {},
) {
  const child = spawnSync(file, args, {
    timeout,
    env,
    cwd,
    encoding: "utf8",
    stdio: [stdin, "pipe", "pipe"],
  });
  const complaint = (child.stderr ?? "").trim().split("\n").at(-1) ?? "";
  const ok = child.status === 0;
  const reason = child.error?.message || complaint || `${file} ended with ${child.status ?? child.signal}`;
  return { ok, stdout: child.stdout ?? "", reason: ok ? "" : reason };
}

/** As run, but throws what `run` gives as the reason. */
export function mustRun(command, options) {
  const result = run(command, options);
  if (!result.ok) throw new Error(`${command.slice(0, 3).join(" ")} …: ${result.reason}`);
  return result.stdout;
}

/** Progress is words, so it goes to stderr. */
export function say(text) {
  process.stderr.write(`engines: ${text}\n`);
}
