import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { isAlive } from "../../src/runtime/network/process-identity.ts";
import type { ClientCommand } from "./client-release.ts";

/** A command on a terminal of 160 × 50: what it shows, and keys in tmux's notation (`Enter`, `C-c`, or text). */
export type Terminal = {
  readonly send: (...keys: readonly string[]) => void;
  readonly screen: () => string;
  /** Waits until the screen matches; throws with the last screen after `timeout` milliseconds (default 20000). */
  readonly waitFor: (pattern: RegExp, timeout?: number) => Promise<string>;
};

/** Runs a command in a tmux server of its own, which ends with the current test. */
export function openTerminal(
  command: ClientCommand,
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Terminal {
  const server = `sandhook-${randomUUID()}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync("tmux", ["-L", server, "-f", "/dev/null", ...args], { cwd, env, encoding: "utf8" });
  const size = ["-x", "160", "-y", "50"];
  tmux("new-session", "-d", ...size, "--", command.file, ...command.args);
  const pid = Number(tmux("display-message", "-p", "-t", ":0", "#{pane_pid}"));
  onTestFinished(async () => {
    if (isAlive(pid)) tmux("kill-server");
    await endProcess(pid);
  });
  const screen = (): string => tmux("capture-pane", "-p", "-t", ":0");
  const send = (...keys: readonly string[]): void => void tmux("send-keys", "-t", ":0", "--", ...keys);
  return { send, screen, waitFor: (pattern, timeout = 20_000) => waitForScreen(screen, pattern, timeout) };
}

async function waitForScreen(screen: () => string, pattern: RegExp, timeout: number): Promise<string> {
  const end = Date.now() + timeout;
  for (;;) {
    const text = screen();
    if (pattern.test(text)) return text;
    if (Date.now() > end) throw new Error(`the terminal never showed ${String(pattern)}:\n${text}`);
    await sleep(100);
  }
}

/** Waits for a hung-up process to finish its files, and kills it when it takes more than five seconds. */
async function endProcess(pid: number): Promise<void> {
  const end = Date.now() + 5000;
  while (isAlive(pid) && Date.now() < end) await sleep(50);
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}
