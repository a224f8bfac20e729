import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { call, type Ground, until } from "../engines/ground.ts";
import { engineAvailable } from "../support/engines.ts";
import {
  askHelper,
  awaitResident,
  helperBuilt,
  hookVariables,
  libexecOf,
  residentFolder,
  residentGround,
  residentsOf,
  slowAnswer,
  startHelper,
  startResident,
  stateOf,
  statusOf,
  throughScript,
} from "../support/resident-ground.ts";

const socketOf = (ground: Ground): string => path.join(residentFolder(ground), "s");
const slow = (ground: Ground): { status: number; out: string; err: string } => ({
  status: 0,
  out: slowAnswer(ground, "true"),
  err: "",
});
const isFast = (ground: Ground): boolean => askHelper(ground, "true").out.startsWith('{"hookSpecificOutput"');

/** Lets the next call start a process although one was started just now. */
function forgetStart(ground: Ground): void {
  utimesSync(path.join(residentFolder(ground), "lock"), 0, 0);
}

describe.runIf(helperBuilt && engineAvailable("bubblewrap"))("the resident process", () => {
  it("G-17 is one process however many calls miss it at once, and runs what they ask in the sandbox", async () => {
    const ground = residentGround();
    const calls = Array.from({ length: 6 }, () => startHelper(ground, "true", { slow: ["/bin/true"] }).ended);
    await Promise.all(calls);
    // These calls name a program as their Node that is none: the process they start ends at once.
    const first = await startAgain(ground);
    expect(residentsOf(ground)).toEqual([first]);
    expect(isFast(ground)).toBe(true);
    const { stdout } = await call(ground, "touch /canary 2>&1; ls /proc | grep -c '^[0-9]'");
    expect(stdout.toString()).toMatch(/Read-only[^\n]*\n[0-9]\n$/);
    expect((await statusOf(ground))?.answered).toBe(2);
  });

  it("G-17 that was killed is missed by nobody, and is started again", async () => {
    const ground = residentGround();
    const { pid } = await startResident(ground);
    process.kill(pid, "SIGKILL");
    await until(() => residentsOf(ground).length === 0);
    expect(existsSync(socketOf(ground))).toBe(true);
    expect(askHelper(ground, "true")).toEqual(slow(ground));
    expect(await startAgain(ground)).not.toBe(pid);
    expect(isFast(ground)).toBe(true);
  });

  it("G-17 that is stopped or killed in the middle of calls costs them time and nothing else", async () => {
    const ground = residentGround({ shipped: true });
    const { pid } = await startResident(ground);
    process.kill(pid, "SIGSTOP");
    const waiting = [1, 2, 3].map(() => startHelper(ground, "true").ended);
    expect(await Promise.all(waiting)).toEqual([slow(ground), slow(ground), slow(ground)]);
    // The next calls do not wait for it, and it is not joined by a second one.
    expect(existsSync(socketOf(ground))).toBe(false);
    forgetStart(ground);
    throughScript(ground, "true");
    expect(residentsOf(ground)).toEqual([pid]);
    const jobs = readdirSync(path.join(stateOf(ground), "jobs"));
    process.kill(pid, "SIGCONT");
    await until(() => residentsOf(ground).length === 0);
    // What nobody waits for any more is not decided late.
    expect(readdirSync(path.join(stateOf(ground), "jobs"))).toEqual(jobs);

    const next = await startAgain(ground);
    process.kill(next, "SIGSTOP");
    const held = startHelper(ground, "true").ended;
    process.kill(next, "SIGKILL");
    expect(await held).toEqual(slow(ground));
  });

  it("G-17 answers nothing once its code has changed, was replaced or is not the current version", async () => {
    const ground = residentGround();
    const { pid } = await startResident(ground);
    chmodSync(path.join(libexecOf(ground), "sandhook-run"), 0o700);
    expect(askHelper(ground, "true")).toEqual(slow(ground));
    await until(() => residentsOf(ground).length === 0);

    expect(await startAgain(ground)).not.toBe(pid);
    const versions = path.join(stateOf(ground), "versions");
    execFileSync("cp", ["-a", path.join(versions, "test"), path.join(versions, "next")]);
    const link = path.join(stateOf(ground), "next");
    symlinkSync("versions/next", link);
    renameSync(link, path.join(stateOf(ground), "current"));
    expect(askHelper(ground, "true")).toEqual(slow(ground));
  });

  it("G-17 is not asked by a hook that is started with other variables, or for another home", async () => {
    const ground = residentGround();
    await startResident(ground);
    const variables = hookVariables(ground);
    for (const more of [{ NODE_OPTIONS: "--no-warnings" }, { LD_TEST: "x" }, { "": "x" }])
      expect(askHelper(ground, "true", { variables: { ...variables, ...more } })).toEqual(slow(ground));
    expect(askHelper(ground, "true", { variables: { ...variables, HOME: `${ground.home}/.` } })).toEqual(
      slow(ground),
    );
    expect(askHelper(ground, "true", { variables: { ...variables, HOME: "" } })).toEqual(slow(ground));
    const without = { HOME: ground.home, PATH: "/usr/bin:/bin" };
    for (const rest of [without, { ...variables, CLAUDE_CONFIG_DIR: `${ground.home}/other` }])
      expect(askHelper(ground, "true", { variables: rest }).out).toContain("updatedInput");
  });

  it("G-17 is not asked when others can enter its folder, or could have made its socket", async () => {
    const ground = residentGround();
    await startResident(ground);
    const folder = residentFolder(ground);
    const socket = socketOf(ground);
    for (const [file, mode, good] of [
      [folder, 0o755, 0o700],
      [socket, 0o666, 0o600],
    ] as const) {
      chmodSync(file, mode);
      expect(askHelper(ground, "true")).toEqual(slow(ground));
      chmodSync(file, good);
      expect(isFast(ground)).toBe(true);
    }
    const secret = path.join(folder, "secret");
    const good = readFileSync(secret);
    for (const text of ["", "0".repeat(32), "x".repeat(100)]) {
      writeFileSync(secret, text);
      expect(askHelper(ground, "true")).toEqual(slow(ground));
    }
    writeFileSync(secret, good);
    expect(isFast(ground)).toBe(true);
    renameSync(folder, `${folder}-real`);
    symlinkSync(`${folder}-real`, folder);
    expect(askHelper(ground, "true")).toEqual(slow(ground));
  });

  it("G-17 ends when its folder is gone, and the helper works where it can make none", async () => {
    const ground = residentGround();
    await startResident(ground);
    const parent = path.dirname(residentFolder(ground));
    rmSync(parent, { recursive: true });
    await until(() => residentsOf(ground).length === 0);
    writeFileSync(parent, "");
    expect(askHelper(ground, "true")).toEqual(slow(ground));
    rmSync(parent);
    mkdirSync(parent, { mode: 0o755 });
    expect(askHelper(ground, "true")).toEqual(slow(ground));
  });

  it("G-17 cannot be found by a command, which would gain nothing by it", async () => {
    const ground = residentGround();
    await startResident(ground);
    const connect =
      "use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0); " +
      "print connect($s, pack_sockaddr_un($ARGV[0])) ? 'connected' : $!";
    const command = [
      `ls -A ${stateOf(ground)}`,
      `perl -e ${JSON.stringify(connect).replaceAll("$", "\\$")} ${socketOf(ground)}`,
      "cat /proc/net/unix | grep -c resident",
      "true",
    ].join("\n");
    expect((await call(ground, command)).stdout.toString()).toBe("No such file or directory0\n");
  });
});

/** Starts the process again, by the slow path; gives its id. */
async function startAgain(ground: Ground): Promise<number> {
  await until(() => {
    forgetStart(ground);
    throughScript(ground, "true");
    return residentsOf(ground).length > 0;
  });
  return (await awaitResident(ground)).pid;
}
