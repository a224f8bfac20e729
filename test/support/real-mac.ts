import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Site } from "../../src/core/engine.ts";
import type { FileKind, Host } from "../../src/core/host.ts";
import { hostPath, type HostPath } from "../../src/core/paths.ts";
import { seatbeltArgv } from "../../src/engine/seatbelt/argv.ts";
import { renderProfile } from "../../src/engine/seatbelt/render-profile.ts";
import { type PlanChanges, seatbeltPlan } from "./seatbelt-case.ts";

const REPOSITORY = path.resolve(import.meta.dirname, "../..");

export interface MacGround {
  readonly home: HostPath;
  readonly project: HostPath;
  readonly site: Site;
  readonly host: Host;
  path(...names: readonly string[]): HostPath;
  dispose(): void;
}

function kindOf(file: string): FileKind | undefined {
  const facts = lstatSync(file, { throwIfNoEntry: false });
  if (facts === undefined) return undefined;
  if (facts.isSymbolicLink()) return "symlink";
  return facts.isDirectory() ? "directory" : facts.isFile() ? "file" : "other";
}

function createHost(home: HostPath): Host {
  return {
    platform: "darwin",
    arch: process.arch,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    home,
    claudeDir: hostPath(path.join(home, ".claude")),
    readText: (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined),
    inspect(file) {
      const kind = kindOf(file);
      return kind === undefined ? undefined : { kind, size: 0, identity: "", uid: 0, mode: 0 };
    },
    realPath: (file) => (existsSync(file) ? hostPath(realpathSync.native(file)) : undefined),
    list: () => [],
    findProgram: () => undefined,
    digest: (text) => createHash("sha256").update(text).digest("hex"),
  };
}

/** A real home folder with a project in it, for the system's own sandbox-exec. */
export function createMacGround(): MacGround {
  const home = hostPath(realpathSync.native(mkdtempSync(path.join(tmpdir(), "sandhook-mac-"))));
  const join = (...names: readonly string[]) => hostPath(path.join(home, ...names));
  for (const folder of [
    "code/app/.git/hooks",
    "code/app/config",
    ".ssh",
    ".claude",
    "state",
    "tmp/app",
    "other",
  ])
    mkdirSync(join(folder), { recursive: true });
  for (const file of ["code/app/.git/config", "code/app/config/.env", ".ssh/id_ed25519", "other/notes.txt"])
    writeFileSync(join(file), "content\n");
  return {
    home,
    project: join("code/app"),
    site: {
      libexec: join("libexec"),
      profiles: hostPath(path.join(REPOSITORY, "profiles")),
      state: join("state"),
      temporary: join("tmp"),
    },
    host: createHost(home),
    path: join,
    dispose: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script in the project: under sandbox-exec with the changed plan, or without a sandbox for the difference. */
export async function runScript(
  ground: MacGround,
  script: string,
  changes: PlanChanges | "no sandbox" = {},
): Promise<Run> {
  const shell = ["/bin/zsh", "-f", "-c", script];
  const argv = changes === "no sandbox" ? shell : [...confine(ground, changes), "--", ...shell];
  const [program = "", ...operands] = argv;
  const env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", HOME: ground.home, TMPDIR: ground.path("tmp/app") };
  const child = spawn(program, operands, { cwd: ground.project, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const collect = (data: Buffer) => (output += data.toString());
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

function confine(ground: MacGround, changes: PlanChanges): readonly string[] {
  const plan = seatbeltPlan({
    project: { root: ground.project, key: "app-0" },
    ...changes,
    filesystem: {
      writable: [ground.project],
      temporary: ground.path("tmp/app"),
      readable: [],
      protectedPaths: [
        { path: ground.path("code/app/.git/config"), kind: "file" },
        { path: ground.path("code/app/.git/hooks"), kind: "directory" },
        { path: ground.path("code/app/.claude/settings.json"), kind: "missing" },
        { path: ground.path("code/app/.mcp.json"), kind: "missing" },
      ],
      hidden: [
        { path: ground.path(".ssh"), kind: "directory" },
        { path: ground.path("code/app/config/.env"), kind: "file" },
      ],
      ...changes.filesystem,
    },
  });
  const rendered = renderProfile(plan, ground.site, ground.host);
  const file = ground.path("state/profile.sb");
  writeFileSync(file, rendered.text);
  return seatbeltArgv(rendered, file);
}
