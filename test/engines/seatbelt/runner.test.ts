import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { engineAvailable } from "../../support/engines.ts";
import { call, type Ground, makeGround, ordinaryAccount, rewrite, startLine } from "../ground.ts";
import { macView, NOT_ON_MAC, standInForMac } from "../mac-stand-in.ts";

/** A stand-in for a Mac whose sandbox-exec writes down its parameters. */
function macGround(
  programs: Readonly<Record<string, string>> = {},
  shell = "/bin/bash",
): Ground & { readonly record: string } {
  const plain = makeGround("runner", ordinaryAccount(), { engine: "seatbelt" });
  onTestFinished(() => {
    rmSync(plain.root, { recursive: true, force: true, maxRetries: 5 });
  });
  const ground = standInForMac(plain, { shell, programs: { ...NOT_ON_MAC, ...programs } });
  const record = path.join(ground.project, "record");
  return { ...ground, before: ["env", `FAKE_RECORD=${record}`, ...(ground.before ?? [])], record };
}

function writeSnapshot(ground: Ground, name: string): string {
  const folder = path.join(ground.home, ".claude/shell-snapshots");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, "greet() { echo hello from the snapshot; }\n");
  chownSync(file, ground.account.uid, ground.account.gid);
  return file;
}

describe.runIf(engineAvailable("bubblewrap"))("the runner on a system like macOS", () => {
  it("starts sandbox-exec with the paths of the call", async () => {
    const ground = macGround();
    expect((await call(ground, "true")).code).toBe(0);
    expect(readFileSync(ground.record, "utf8").split("\0")).toContain(`PROJECT=${ground.project}`);
  });

  it("is really without /proc and flock there", async () => {
    const { stdout } = await call(macGround(), "ls /proc; command -v flock; echo end");
    expect(stdout.toString()).toBe("end\n");
  });

  it("leaves no descriptor of its callers open", async () => {
    const ground = macGround();
    const probe =
      'for fd in 3 4 5 6 7 8 9; do (eval "true <&$fd") 2>/dev/null && echo "$fd is open"; done; true';
    const opened = [3, 6, 7, 8, 9].map((fd) => `${fd}</dev/null`).join(" ");
    const { stdout } = await startLine(ground, `exec ${opened}; ${rewrite(ground, probe)}`).ended;
    expect(stdout.toString()).toBe("");
  });

  it("runs no file of the project while it looks for descriptors", async () => {
    const ground = macGround();
    for (const name of ["0", "a", "canary"])
      writeFileSync(path.join(ground.project, name), "#!/bin/sh\ntouch ran\n", { mode: 0o755 });
    expect((await call(ground, "PATH=.:$PATH; true")).code).toBe(0);
    expect(existsSync(path.join(ground.project, "ran"))).toBe(false);
  });

  it("finds the session's snapshot through ps", async () => {
    const ps =
      '#!/bin/sh\n[ "$1 $2 $3 $4" = "-ww -o command= -p" ] || exit 1\necho "/bin/bash -c source /x/shell-snapshots/snapshot-bash-1-abc.sh 2>/dev/null || true && eval y"\n';
    const ground = macGround({ ps });
    writeSnapshot(ground, "snapshot-bash-1-abc.sh");
    const { stdout, stderr } = await call(ground, "greet");
    expect([stdout.toString(), stderr]).toEqual(["hello from the snapshot\n", ""]);
  });

  it("runs a line that only the gate saw, with its snapshot, in zsh", async () => {
    const ground = macGround();
    const snapshot = writeSnapshot(ground, "snapshot-zsh-1-abc.sh");
    const cwdFile = path.join(ground.home, "claude-1234-cwd");
    const command = "greet; cd sub; echo ${ZSH_VERSION:+zsh}";
    mkdirSync(path.join(ground.project, "sub"));
    const inner = `source ${snapshot} 2>/dev/null || true && setopt NO_EXTENDED_GLOB NO_BARE_GLOB_QUAL 2>/dev/null || true && eval '${command}' \\< /dev/null && pwd -P >| ${cwdFile}`;
    const gate = path.join(ground.home, ".local/share/sandhook/current/libexec/shell-gate");
    const quoted = `'${inner.replaceAll("'", `'\\''`)}'`;
    const { code, stdout, stderr } = await startLine(ground, `${gate} ${quoted}`).ended;
    expect([code, stdout.toString(), stderr]).toEqual([0, "hello from the snapshot\nzsh\n", ""]);
    expect(readFileSync(cwdFile, "utf8")).toBe(`${path.join(ground.project, "sub")}\n`);
    expect(existsSync(ground.record)).toBe(true);
  });

  it.each(["/bin/bash", "/bin/dash", "/usr/bin/zsh"])("drops the caller's secrets in %s", async (shell) => {
    const { stdout } = await call(macGround({}, shell), "env");
    expect(stdout.toString()).toContain("HOST_VARIABLE=of the host");
    expect(stdout.toString()).not.toContain("ANTHROPIC_API_KEY");
  });
});

function removeContainer({ project }: Ground): void {
  const script =
    'for name in $(docker ps -aq --filter "label=sandhook.project=$1" --format "{{.Names}}"); do docker rm -f "$name"; docker volume rm $(docker volume ls -q --filter "name=$name"); done; true';
  execFileSync("/bin/sh", ["-c", script, "sh", project], { stdio: "ignore" });
}

describe.runIf(engineAvailable("docker"))("a container on a system like macOS", () => {
  it("is made, entered once per call, and reports back without flock, /proc and dd's Linux options", async () => {
    const plain = makeGround("runner", ordinaryAccount("/var/run/docker.sock"), { engine: "docker" });
    const dd = '#!/bin/sh\ncase "$*" in *iflag*) echo "dd: unknown operand iflag" >&2; exit 1 ;; esac\n';
    const mkfifo = '#!/bin/sh\nexec busybox mkfifo "$@"\n'; // Linux's own sets the mode through /proc.
    const ground = { ...plain, before: macView(plain, { ...NOT_ON_MAC, dd, mkfifo }) };
    onTestFinished(() => {
      removeContainer(plain);
      rmSync(plain.root, { recursive: true, force: true, maxRetries: 5 });
    });
    await call(ground, "true");
    const { code, stdout, stderr, cwd } = await call(
      ground,
      "echo once >> count; mkdir d; cd d; cat ../count",
    );
    expect([code, stdout.toString(), stderr, cwd]).toEqual([0, "once\n", "", path.join(plain.project, "d")]);
  });
});
