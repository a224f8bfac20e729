import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const FLOCK = path.resolve(import.meta.dirname, "../../../hooks/stand-ins/flock");
const folder = mkdtempSync(path.join(tmpdir(), "sandhook-flock-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
function freshLock(): string {
  count += 1;
  return path.join(folder, `lock-${count}`);
}

function shell(script: string, ...args: readonly string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script, "sh", ...args], {
    encoding: "utf8",
  });
  return { status, out: stdout + stderr };
}

/** Holds a lock by the system's own flock(1) until the returned function is called. */
async function holdElsewhere(lock: string, kind: "-s" | "-x"): Promise<() => void> {
  const child = spawn("flock", [kind, lock, "sh", "-c", "echo held; read -r _"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return () => child.stdin.end();
}

describe.runIf(process.platform === "linux")("the stand-in for flock", () => {
  it("leaves the lock with the shell whose descriptor it was given", () => {
    const script = `exec 9>>"$2"; "$1" -s -w 5 9 && ! flock -x -n "$2" true && exec 9>&- && flock -x -n "$2" true`;
    expect(shell(script, FLOCK, freshLock())).toEqual({ status: 0, out: "" });
  });

  it("shares a lock that is shared, and gives up on one that is not", async () => {
    const lock = freshLock();
    const share = (): number | null => shell(`exec 9>>"$2"; "$1" -s -w 1 9`, FLOCK, lock).status;
    const release = await holdElsewhere(lock, "-s");
    expect(share()).toBe(0);
    release();
    const releaseExclusive = await holdElsewhere(lock, "-x");
    expect(share()).toBe(1);
    releaseExclusive();
  });

  it.each([
    ["exit 7", 7],
    ["kill -TERM $$", 143],
    ["exit 0", 0],
  ])("runs a program under the lock and gives its code: %s", (script, status) => {
    expect(shell(`"$1" -o -w 5 "$2" /bin/sh -c "$3"`, FLOCK, freshLock(), script)).toEqual({
      status,
      out: "",
    });
  });

  it("holds the lock while the program runs, and the program does not keep it", () => {
    const lock = freshLock();
    const inside = `flock -x -n "$0" true && echo free; sleep 60 >/dev/null 2>&1 & echo $! >"$0.pid"`;
    expect(
      shell(`"$1" -o -w 5 "$2" /bin/sh -c "$3" "$2"; flock -x -n "$2" echo released`, FLOCK, lock, inside),
    ).toEqual({
      status: 0,
      out: "released\n",
    });
    process.kill(Number(readFileSync(`${lock}.pid`, "utf8")));
  });

  it("runs nothing when the lock stays with somebody else", async () => {
    const lock = freshLock();
    const release = await holdElsewhere(lock, "-x");
    expect(shell(`"$1" -o -w 1 "$2" /bin/echo ran`, FLOCK, lock)).toEqual({ status: 1, out: "" });
    release();
  });

  it("says which file or option it cannot use", () => {
    writeFileSync(path.join(folder, "plain"), "");
    expect(shell(`"$1" -s -w 1 "$2/below"`, FLOCK, path.join(folder, "plain")).out).toContain(
      "Not a directory",
    );
    expect(shell(`"$1" -q x`, FLOCK).out).toBe("flock: -q is not known here\n");
  });
});
