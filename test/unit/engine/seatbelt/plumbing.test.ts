import { spawn, type SpawnOptions } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hostPath } from "../../../../src/core/paths.ts";
import { seatbeltArgv } from "../../../../src/engine/seatbelt/argv.ts";
import { renderProfile } from "../../../../src/engine/seatbelt/render-profile.ts";
import { createMacHost, SITE } from "../../../support/mac-host.ts";
import { seatbeltPlan } from "../../../support/seatbelt-case.ts";

const FAKE = path.resolve(import.meta.dirname, "../../../support/fake-sandbox-exec");
const home = realpathSync(mkdtempSync(path.join(tmpdir(), "sandhook-seatbelt-")));
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly parameters: readonly string[];
}

interface Start {
  readonly folder?: string;
  readonly input?: string;
  readonly kill?: NodeJS.Signals;
  readonly env?: Readonly<Record<string, string>>;
  readonly profile?: string;
}

function makeProject(name: string): string {
  const folder = path.join(home, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The engine's own command line, with the fake found in a temporary search path instead of /usr/bin. */
function commandLine(folder: string, script: string, profileFile: string): readonly string[] {
  const root = hostPath(folder);
  const plan = seatbeltPlan({
    project: { root, key: "app-0" },
    filesystem: { writable: [root], protectedPaths: [], hidden: [], readable: [] },
  });
  const rendered = renderProfile(plan, SITE, createMacHost({ home, folders: [folder] }));
  writeFileSync(path.join(home, "profile.sb"), rendered.text);
  const [, ...operands] = seatbeltArgv(rendered, profileFile);
  return ["sandbox-exec", ...operands, "--", "/bin/sh", "-c", script];
}

async function run(script: string, start: Start = {}): Promise<Outcome> {
  const folder = start.folder ?? makeProject("project");
  const record = path.join(home, "record");
  const [program = "", ...operands] = commandLine(
    folder,
    script,
    start.profile ?? path.join(home, "profile.sb"),
  );
  const env = { PATH: `${FAKE}:/usr/bin:/bin`, HOME: home, FAKE_RECORD: record, ...start.env };
  const options: SpawnOptions = { cwd: folder, env, detached: true, stdio: ["pipe", "pipe", "pipe"] };
  const child = spawn(program, operands, options);
  const output = { stdout: "", stderr: "" };
  let armed = start.kill !== undefined;
  child.stdout?.on("data", (data: Buffer) => {
    output.stdout += data.toString();
    if (!armed || !output.stdout.includes("ready")) return;
    armed = false;
    process.kill(-(child.pid ?? 0), start.kill);
  });
  child.stderr?.on("data", (data: Buffer) => (output.stderr += data.toString()));
  // A command that ends without reading closes its end of the pipe first.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(start.input ?? "");
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on("close", (exitCode, exitSignal) => {
      resolve([exitCode, exitSignal]);
    });
  });
  const parameters = readFileSync(record, "utf8").split("\0").slice(0, -1);
  return { code, signal, ...output, parameters };
}

describe("a command started through sandbox-exec", () => {
  it.each([0, 1, 7, 125, 255])("keeps exit code %i", async (code) => {
    expect((await run(`exit ${code}`)).code).toBe(code);
  });

  it("keeps the code of a command that is not there", async () => {
    expect((await run("no-such-program-here")).code).toBe(127);
  });

  it("keeps the working folder", async () => {
    const folder = makeProject("project/nested");
    expect((await run("pwd -P", { folder })).stdout).toBe(`${folder}\n`);
  });

  it("keeps stdin, and stdout and stderr apart", async () => {
    const outcome = await run("cat; echo problem >&2", { input: "line 1\nline 2" });
    expect([outcome.stdout, outcome.stderr]).toEqual(["line 1\nline 2", "problem\n"]);
  });

  it("keeps the environment", async () => {
    const outcome = await run('printf "%s" "$GREETING"', { env: { GREETING: "a 'b' \"c\"\n$d" } });
    expect(outcome.stdout).toBe("a 'b' \"c\"\n$d");
  });

  it.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("dies of %s with what it started", async (signal) => {
    const outcome = await run("/bin/sh -c 'echo ready; exec sleep 600'; true", { kill: signal });
    expect(outcome.signal).toBe(signal);
  });

  it("lets the command handle a signal", async () => {
    const script = "trap 'echo handled; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    const outcome = await run(script, { kill: "SIGTERM" });
    expect([outcome.code, outcome.stdout]).toEqual([3, "ready\nhandled\n"]);
  });

  it("does not run the command when the profile is missing", async () => {
    const outcome = await run("echo ran", { profile: path.join(home, "gone.sb") });
    expect([outcome.code, outcome.stdout]).toEqual([66, ""]);
  });

  it.each([
    "with space",
    'quote"',
    "(paren)",
    "new\nline",
    "naïve-🐳",
    "-f",
    "$(touch x)",
    "a=b",
    "back\\slash",
  ])("passes the project path %j as one operand", async (name) => {
    const folder = makeProject(name);
    const outcome = await run("pwd -P", { folder });
    expect(outcome.stdout).toBe(`${folder}\n`);
    expect(outcome.parameters).toContain(`PROJECT=${folder}`);
    expect(outcome.parameters).toContain(`WRITE_0=${folder}`);
  });
});
