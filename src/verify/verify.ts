import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { HostPath } from "../core/paths.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import type { EngineName } from "../core/plan.ts";
import { EngineError, renderFailure } from "../core/errors.ts";
import type { RuntimeSource } from "../install/runtime-source.ts";
import { endProxies } from "../runtime/network/end-proxies.ts";
import { listSpecs, removeContainer } from "../runtime/oci/lifecycle.ts";
import { parseTraces, renderAttack } from "./attack-script.ts";
import type { Attempt } from "./attempt.ts";
import { ATTEMPTS } from "./attempts/all.ts";
import { setBaits } from "./baits.ts";
import { judge, type Outcome, type Scene, snapshots } from "./judge.ts";
import { askHook, callerEnvironment, runLine } from "./make-call.ts";
import { type Names, newNames, secretOf } from "./names.ts";
import { makeWorld, type World, type WorldSettings } from "./world.ts";

/** One engine under attack. */
export interface Subject {
  readonly engine: EngineName;
  readonly settings: WorldSettings;
  /** Further files of its throw-away user, by their path in the home folder. */
  readonly files: Readonly<Record<string, string>>;
}

export interface VerifyOptions {
  readonly subjects: readonly Subject[];
  /** Where the throw-away folders are made. */
  readonly folder: HostPath;
  readonly source: RuntimeSource;
  readonly node: string;
  readonly onStep: (step: string) => void;
  /** For tests: weakens a throw-away installation before it is attacked. */
  readonly weaken?: (world: World) => void;
}

/** What the attempts came to under one engine. */
export type EngineVerdict =
  | {
      readonly engine: EngineName;
      readonly kind: "attacked";
      readonly outcomes: ReadonlyMap<string, Outcome>;
    }
  /** The sandbox did not start, so nothing was attempted in it. */
  | { readonly engine: EngineName; readonly kind: "failed"; readonly reason: string };

export interface Verification {
  readonly attempts: readonly Attempt[];
  /** The same attempts without a sandbox: one that fails there as well shows nothing. */
  readonly control: ReadonlyMap<string, Outcome>;
  readonly engines: readonly EngineVerdict[];
}

/** Attacks each subject, and once nothing at all. Everything it makes is below `folder`, and gone afterwards. */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { subjects, folder, onStep } = options;
  const [first] = subjects;
  if (first === undefined) throw new TypeError("verify needs an engine");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const base = hostPath(mkdtempSync(path.join(folder, "verify-")));
  const names = newNames();
  try {
    onStep("the same attempts without a sandbox");
    // The cheapest sandbox: it only runs the job that an attempt starts.
    const subject = subjects.find(({ engine }) => engine === "bubblewrap") ?? first;
    const control = await attack({ options, names, subject, root: joinHost(base, "none"), sandboxed: false });
    if (control.kind === "failed")
      throw new EngineError({
        code: "verify.control",
        message: `the attempts cannot be made (${control.reason})`,
      });
    const engines: EngineVerdict[] = [];
    for (const subject of subjects) {
      onStep(subject.engine);
      const result = await attack({
        options,
        names,
        subject,
        root: joinHost(base, subject.engine),
        sandboxed: true,
      });
      engines.push({ engine: subject.engine, ...result });
    }
    return { attempts: ATTEMPTS, control: control.outcomes, engines };
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Attack {
  readonly options: VerifyOptions;
  readonly names: Names;
  readonly subject: Subject;
  readonly root: HostPath;
  readonly sandboxed: boolean;
}

type AttackResult =
  | { readonly kind: "attacked"; readonly outcomes: ReadonlyMap<string, Outcome> }
  | { readonly kind: "failed"; readonly reason: string };

async function attack({ options, names, subject, root, sandboxed }: Attack): Promise<AttackResult> {
  const { source, node, weaken } = options;
  const files = Object.fromEntries(
    Object.entries(subject.files).map(([file, text]) => [`home/${file}`, text]),
  );
  const world = makeWorld({ root, names, settings: subject.settings, source, node, files });
  if (sandboxed) weaken?.(world);
  const baits = await setBaits(world, names, routers());
  try {
    await writeJobs(world, names);
    const script = renderAttack(ATTEMPTS, {
      ...baits.variables,
      MARK: names.mark,
      KEY: names.key,
      WORLD: world.root,
      PROJECT: world.project,
      S: world.state,
      JOB: world.jobs.get("waiting") ?? "",
      SPENT: world.jobs.get("spent") ?? "",
    });
    writeFileSync(path.join(world.project, "attack"), script);
    const line = sandboxed ? await askHook(world, "bash ./attack") : "bash ./attack";
    const before = snapshots(world, ATTEMPTS);
    const environment = callerEnvironment(world, names, baits.variables["TCP"] ?? "0");
    const { code, stdout, stderr } = await runLine(world, names, line, environment);
    await new Promise(setImmediate); // What ended during the call has been told by now.
    if (code !== 0) return { kind: "failed", reason: stderr.trim() || `the call ended with ${code}` };
    const scene: Scene = { world, names, baits, traces: parseTraces(stdout, names.mark), before };
    return {
      kind: "attacked",
      outcomes: new Map(ATTEMPTS.map((attempt) => [attempt.id, judge(attempt, scene)])),
    };
  } catch (error) {
    return { kind: "failed", reason: renderFailure(error) };
  } finally {
    baits.close();
    for (const spec of listSpecs(world.state)) await removeContainer(spec);
    await endProxies(world.state);
  }
}

/** Calls of somebody else that wait for their runner. */
async function writeJobs(world: World, names: Names): Promise<void> {
  for (const [name, command] of [
    ["waiting", `true ${secretOf(names, "job")}`],
    ["spent", "true"],
  ] as const) {
    const line = await askHook(world, command);
    const id = /sandhook-run'? ([0-9a-f]{16}) /.exec(line)?.[1];
    if (id !== undefined) world.jobs.set(name, id);
  }
}

/** Addresses that this machine sends to others through, which no attempt may bother. */
function routers(): string[] {
  if (process.platform !== "linux") return [];
  const rows = readFileSync("/proc/net/route", "utf8").split("\n").slice(1);
  return rows.flatMap((row) => {
    const gateway = row.split("\t")[2] ?? "00000000";
    if (gateway === "00000000") return [];
    const bytes = gateway.match(/../g) ?? [];
    return [
      bytes
        .reverse()
        .map((byte) => Number.parseInt(byte, 16))
        .join("."),
    ];
  });
}
