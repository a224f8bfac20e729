import { posix } from "node:path";
import type { Word } from "./split-command.ts";

/** Programs that run their operands as a command here, on this machine. Deny and ask rules look behind all of them. */
const RUNNERS: ReadonlySet<string> = new Set(
  (
    "timeout time nice nohup stdbuf command builtin noglob nocorrect xargs env exec sudo doas watch setsid " +
    "ionice unshare flock script strace ltrace chrt taskset nsenter pkexec busybox toybox chroot parallel " +
    "caffeinate gtimeout gnice gstdbuf genv gxargs setpriv prlimit setarch linux32 linux64 numactl systemd-run " +
    "runuser su unbuffer rlwrap fakeroot proot firejail bwrap choom xvfb-run daemonize dbus-run-session " +
    "hyperfine entr watchexec catchsegv perf valgrind gdb then do else"
  ).split(" "),
);

/** Whether the words run other words: what follows may be a command of its own. */
export function isRunner(head: string): boolean {
  return RUNNERS.has(posix.basename(head));
}

/** Runners that take an operand of their own before the command: a duration, a lock file, a root, a mask, a user. */
const WITH_OPERAND: ReadonlySet<string> = new Set(
  "timeout gtimeout flock chroot taskset chrt setarch su runuser perf xvfb-run choom prlimit gdb".split(" "),
);

/** Longest run of words behind which a command is looked for; a longer one is not judged but asked about. */
export const MOST_OPERANDS = 256;

/**
 * Every place behind a runner where its command may start, through runners of runners; [] for other commands. Options,
 * what may be the value of one, assignments and run-time words are passed over, and each may be the command as well.
 */
export function commandsBehind(words: readonly Word[]): readonly (readonly Word[])[] {
  const starts = new Set([0]);
  for (const start of starts) {
    for (const next of startsBehind(words.slice(0, MOST_OPERANDS), start)) starts.add(next);
  }
  starts.delete(0);
  return [...starts].map((start) => words.slice(start));
}

function startsBehind(words: readonly Word[], runner: number): readonly number[] {
  const name = posix.basename(words[runner]?.value ?? "");
  if (!RUNNERS.has(name)) return [];
  const starts: number[] = [];
  let own = WITH_OPERAND.has(name) ? 1 : 0;
  for (let at = runner + 1; at < words.length; at += 1) {
    starts.push(at);
    if (isPassedOver(words, at)) continue;
    if (own === 0) break;
    own -= 1;
  }
  return starts;
}

function isPassedOver(words: readonly Word[], at: number): boolean {
  const [before, word] = [words[at - 1], words[at]];
  if (word === undefined || !word.fixed) return true;
  if (/^[-+]|[=\s]|^[\d.]+\w?$|^\{\}$/.test(word.value)) return true;
  return before !== undefined && /^-./.test(before.value) && before.value !== "--";
}
