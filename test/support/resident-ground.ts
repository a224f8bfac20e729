import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { buildTestHelper, canBuildHelper, type TestHelperOptions } from "../../scripts/native.mjs";
import { type Ground, hookCall, makeGround, ownAccount, until } from "../engines/ground.ts";
import { hostPath } from "../../src/core/paths.ts";
import { residentFolders, talkToResident } from "../../src/runtime/resident/talk.ts";
import type { ResidentStatus } from "../../src/runtime/resident/serve.ts";

const BUILT = `helper-${process.platform}-${process.arch}`;

/** False where no compiler was at hand when the product was built. */
export const helperBuilt = canBuildHelper() && existsSync(path.join("dist/libexec", BUILT));

/** The slow path of a test: says so, and gives back the event that it was handed. */
export const SLOW = ["/bin/sh", "-c", "echo slow; cat"] as const;

export const stateOf = (ground: Ground): string => path.join(ground.home, ".local/share/sandhook");
export const libexecOf = (ground: Ground): string => path.join(stateOf(ground), "current/libexec");

const built = new Map<string, string>();

/** A helper that is built for tests alone, once for each file of tests. */
export function testHelper(options: TestHelperOptions): string {
  const key = JSON.stringify(options);
  const known = built.get(key);
  if (known !== undefined) return known;
  const folder = mkdtempSync("/var/tmp/sandhook-helper-");
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const made = buildTestHelper(folder, options);
  built.set(key, made);
  return made;
}

export interface ResidentGroundOptions {
  readonly settings?: Record<string, unknown>;
  /** The helper that is shipped, which gives up after its budget; the usual one of tests waits for a minute. */
  readonly shipped?: true;
}

/** An installation with the static helper; its resident process ends with the test. */
export function residentGround(options: ResidentGroundOptions = {}): Ground {
  const ground = makeGround("resident", ownAccount(), { engine: "bubblewrap", ...options.settings });
  const libexec = libexecOf(ground);
  const helper = options.shipped === true ? path.join(libexec, BUILT) : testHelper({});
  copyFileSync(helper, path.join(libexec, "helper"));
  execFileSync("chmod", ["-R", "go=", stateOf(ground)]);
  onTestFinished(() => {
    for (const pid of residentsOf(ground)) process.kill(pid, "SIGKILL");
    rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
  });
  return ground;
}

/** Process ids of the resident processes of an installation, by what they were started with. */
export function residentsOf(ground: Ground): number[] {
  const program = path.join(realpathSync(libexecOf(ground)), "resident.cjs");
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || / Z /.test(readFileSync(`/proc/${name}/stat`, "utf8"))) return [];
      return readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(program)
        ? [Number(name)]
        : [];
    } catch {
      return []; // It ended while we looked.
    }
  });
}

/** The variables of the hook's process. */
export function hookVariables(ground: Ground): Record<string, string> {
  return {
    HOME: ground.home,
    PATH: "/usr/local/bin:/usr/bin:/bin",
    CLAUDE_PROJECT_DIR: ground.project,
  };
}

/** One event through the registered script: whichever path answers it. */
export function throughScript(ground: Ground, command: string): string {
  const { words, input } = hookCall(ground, command);
  const [file = "", ...args] = words;
  return execFileSync(file, args, { input, encoding: "utf8", cwd: "/" });
}

export interface Asked {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly slow?: readonly string[];
  readonly before?: readonly string[];
  readonly helper?: string;
  readonly input?: string;
}

function helperWords(ground: Ground, options: AskOptions): readonly string[] {
  const { slow = SLOW, before = [], helper = path.join(libexecOf(ground), "helper") } = options;
  return [...before, helper, "hook", "pre-tool-use", libexecOf(ground), ...slow];
}

/** One event through the helper, with a slow path that tells itself apart. */
export function askHelper(ground: Ground, command: string, options: AskOptions = {}): Asked {
  const [file = "", ...args] = helperWords(ground, options);
  const { variables: env = hookVariables(ground), input = hookCall(ground, command).input } = options;
  const made = { env, input, encoding: "utf8", cwd: "/", maxBuffer: 64 << 20 } as const;
  const { status, stdout, stderr } = spawnSync(file, args, made);
  return { status, out: stdout, err: stderr };
}

/** The same without waiting; the event is sent. */
export function startHelper(
  ground: Ground,
  command: string,
  options: AskOptions = {},
): { readonly child: ChildProcess; readonly ended: Promise<Asked> } {
  const [file = "", ...args] = helperWords(ground, options);
  const child = spawn(file, args, { env: options.variables ?? hookVariables(ground), cwd: "/" });
  const text = { out: "", err: "" };
  child.stdout.on("data", (part: Buffer) => (text.out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (text.err += part.toString()));
  child.stdin.end(options.input ?? hookCall(ground, command).input);
  const ended = new Promise<Asked>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      resolve({ status, ...text });
    });
  });
  return { child, ended };
}

/** What the slow path of a test prints for a command. */
export function slowAnswer(ground: Ground, command: string): string {
  return `slow\n${hookCall(ground, command).input}`;
}

/** The folder of the one installed version. */
export function residentFolder(ground: Ground): string {
  const [folder = ""] = residentFolders(hostPath(stateOf(ground)));
  return folder;
}

/** What the resident process says of itself; undefined when there is none. */
export async function statusOf(ground: Ground): Promise<ResidentStatus | undefined> {
  const folder = residentFolder(ground);
  return folder === "" ? undefined : talkToResident(hostPath(folder), "status");
}

/** Makes one call by the slow path, which starts the resident process, and waits for it. */
export async function startResident(ground: Ground): Promise<ResidentStatus> {
  throughScript(ground, "true");
  return awaitResident(ground);
}

export async function awaitResident(ground: Ground): Promise<ResidentStatus> {
  await until(() => existsSync(path.join(residentFolder(ground), "s")));
  for (;;) {
    const status = await statusOf(ground).catch(() => undefined);
    if (status !== undefined) return status;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** An answer without what differs from call to call: the job's id. */
export const withoutIds = (text: string): string => text.replaceAll(/[0-9a-f]{16}/g, "ID");
