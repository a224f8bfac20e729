import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { call, makeGround, ownAccount } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

const ATTEMPTS: readonly (readonly [string, string])[] = [
  ["set the core pattern", "echo '|/tmp/x' > /proc/sys/kernel/core_pattern"],
  ["use sysrq", "echo h > /proc/sysrq-trigger"],
  ["make a user namespace", "unshare -Ur true"],
  ["make a mount namespace", "unshare -m true"],
  ["mount", "mount -t tmpfs none /mnt"],
  ["remount the root", "mount -o remount,rw /"],
  ["enter another namespace", "nsenter -t 1 -m true"],
  ["make a device", "mknod d c 1 1"],
  ["reach the terminal", "exec 3<>/dev/tty"],
  ["reach the container engine", "test -S /var/run/docker.sock"],
  ["list the host's run folder", "ls /run | grep ."],
  ["write to a cgroup", "echo 0 > /sys/fs/cgroup/x"],
  [
    "use the keyring",
    "python3 -c 'import ctypes,sys; sys.exit(ctypes.CDLL(None).syscall(250, 0, -3, 0) < 0)'",
  ],
  ["type into the terminal", "python3 -c 'import fcntl; fcntl.ioctl(0, 0x5412, b\"x\")'"],
];

const ACCOUNTS =
  process.getuid?.() === 0 ? (["an ordinary user", "root"] as const) : (["an ordinary user"] as const);

describe.runIf(engineAvailable("bubblewrap")).each(ACCOUNTS)("a command of %s", (who) => {
  const ground =
    who === "root" ? () => makeGround("root", ownAccount(), { engine: "bubblewrap" }) : bubblewrapGround;

  it("G-07 can do none of these", async () => {
    const script = ATTEMPTS.map(
      ([name, attempt]) => `if ( ${attempt} ) >/dev/null 2>&1; then echo '${name}'; fi`,
    );
    const before = readFileSync("/proc/sys/kernel/core_pattern", "utf8");
    const { stdout } = await call(ground(), script.join("\n"));
    expect(stdout.toString()).toBe("");
    expect(readFileSync("/proc/sys/kernel/core_pattern", "utf8")).toBe(before);
  });

  it("G-07 has no capability, cannot gain one, and sees its own processes only", async () => {
    const ask = `grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; kill -0 ${process.pid} 2>&1 | wc -l`;
    const { stdout } = await call(ground(), ask);
    expect(stdout.toString().split(/\s+/)).toEqual([
      "CapEff:",
      "0".repeat(16),
      "CapBnd:",
      "0".repeat(16),
      "NoNewPrivs:",
      "1",
      "Seccomp:",
      "2",
      "1",
      "",
    ]);
  });

  it("G-07 holds no descriptor but its own three", async () => {
    const { stdout } = await call(ground(), "ls /proc/self/fd | tr '\\n' ' '");
    expect(stdout.toString()).toBe("0 1 2 3 ");
  });
});
