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

/** Longest run of operands behind which a command is looked for; longer ones are not judged but asked about. */
export const MOST_OPERANDS = 256;

/** Every place behind a runner where its command may start, whatever options stand between; [] for other commands. */
export function commandsBehind(words: readonly Word[]): readonly (readonly Word[])[] {
  const [head, ...operands] = words;
  if (head === undefined || !isRunner(head.value)) return [];
  return operands.slice(0, MOST_OPERANDS).map((_, at) => operands.slice(at));
}
