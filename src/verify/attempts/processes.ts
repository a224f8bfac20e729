import { type Attempt, attemptsOf, done, ended, printed } from "../attempt.ts";

/** ptrace(PTRACE_SEIZE), which does not stop the process. */
const PTRACE: Readonly<Record<string, number>> = { x64: 101, arm64: 117 };

const seize = `perl -e 'exit(syscall(${PTRACE[process.arch] ?? 0}, 0x4206, $ARGV[0] + 0, 0, 0) < 0)' "$BAIT"`;

/** Touches processes of the host. */
export const processes: readonly Attempt[] = attemptsOf("processes", [
  ["kill", "ends a process outside", 'kill -KILL "$PREY"', ended("prey")],
  [
    "kill-by-name",
    "finds a process outside by its name and ends it",
    'for f in /proc/[0-9]*/cmdline; do IFS= read -r -d "" word <"$f"; [[ $word == "$NAMED" ]] && f=${f%/*} && kill -KILL "${f##*/}"; done',
    ended("named"),
  ],
  [
    "arguments",
    "reads the arguments of the host's processes",
    "cat /proc/[0-9]*/cmdline",
    printed("bait:arguments"),
  ],
  [
    "environment",
    "reads the environment of a process outside",
    'cat "/proc/$BAIT/environ"',
    printed("bait:environment"),
  ],
  [
    "folder",
    "reads the working folder of a process outside",
    'cat "/proc/$BAIT/cwd/bait-file"',
    printed("bait:folder"),
  ],
  ["trace", "traces a process outside", seize, done, "perl"],
  ["priority", "slows a process outside down", 'renice -n 19 -p "$BAIT"', done, "renice"],
]);
