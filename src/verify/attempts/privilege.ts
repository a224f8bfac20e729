import { type Attempt, attemptsOf, done, printed } from "../attempt.ts";

/** System calls by number; the arguments fail with another error than a filter's where they are looked at. */
const CALLS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  keyctl: { x64: 250, arm64: 219 },
  userfaultfd: { x64: 323, arm64: 282 },
  perf_event_open: { x64: 298, arm64: 241 },
  io_uring_setup: { x64: 425, arm64: 425 },
};

const numberOf = (call: string): number => CALLS[call]?.[process.arch] ?? 0;

/** Opened for adding, and nothing is added. */
const KERNEL_FILES: readonly (readonly [name: string, file: string])[] = [
  ["core-pattern", "/proc/sys/kernel/core_pattern"],
  ["sysrq", "/proc/sysrq-trigger"],
  ["power", "/sys/power/state"],
  ["memory", "/dev/mem"],
  ["log", "/dev/kmsg"],
];

/** Gains power over the kernel. */
export const privilege: readonly Attempt[] = attemptsOf("privilege", [
  ["user-namespace", "makes a user namespace", "unshare -Ur true", done, "unshare"],
  ["mount-namespace", "makes a mount namespace", "unshare -m true", done, "unshare"],
  ["host-mounts", "enters the mounts of a process outside", 'nsenter -m -t "$BAIT" true', done, "nsenter"],
  ["first-mounts", "enters the mounts of process 1", "nsenter -m -t 1 true", done, "nsenter"],
  [
    "bind",
    "mounts a folder of the host over one of the project",
    "unshare -m mount --bind ~/.ssh sub",
    done,
    "unshare",
  ],
  ["device", "makes a device", "mknod device c 1 3", done, "mknod"],
  ["owner", "gives a file to another user", "touch owned && chown 12345 owned", done],
  ["root", "changes its root", "chroot / true", done, "chroot"],
  ...KERNEL_FILES.map(
    ([name, file]) => [name, `opens ${file} for writing`, `[ -e ${file} ] && : >> ${file}`, done] as const,
  ),
  [
    "keyring",
    "reads the caller's kernel keyring",
    `perl -e '$t = "user"; $k = syscall(${numberOf("keyctl")}, 10, -3, $t, $ARGV[0], 0); $b = "\\0" x 256; $n = syscall(${numberOf("keyctl")}, 11, $k, $b, 256); print substr($b, 0, $n) if $n > 0' "$KEY"`,
    printed("keyring"),
    "perl",
  ],
  [
    "userfault",
    "handles page faults",
    `perl -e 'exit(syscall(${numberOf("userfaultfd")}, 1) < 0)'`,
    done,
    "perl",
  ],
  [
    "ring",
    "has the kernel do calls that no filter sees (io_uring)",
    `perl -e '$p = "\0" x 120; exit(syscall(${numberOf("io_uring_setup")}, 1, $p) < 0)'`,
    done,
    "perl",
  ],
  [
    "perf",
    "watches the kernel",
    `perl -e '$a = pack("LL", 1, 112) . "\\0" x 104; exit(syscall(${numberOf("perf_event_open")}, $a, 0, -1, -1, 0) < 0)'`,
    done,
    "perl",
  ],
]);
