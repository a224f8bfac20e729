import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, it } from "vitest";
import { addInstallCommands } from "../../src/cli/install-command.ts";
import type { InstallContext } from "../../src/cli/install-context.ts";
import { addManagedCommands } from "../../src/cli/managed-command.ts";
import { findWeaknesses } from "../../src/install/managed/writers.ts";
import { type TempHome, makeTempHome, writeFile } from "../support/temp-home.ts";
import { makeProduct } from "./fake-product.ts";

interface Outcome {
  readonly code: unknown;
  readonly printed: string;
  readonly told: string;
}

afterEach(() => {
  process.exitCode = undefined;
});

const machine = (user: TempHome): string => join(user.root, "machine");
const runtime = (user: TempHome, name = ""): string => join(machine(user), "opt/sandhook", name);
const settingsFolder = (user: TempHome): string => join(machine(user), "etc/claude-code");
const dropIn = (user: TempHome): string => join(settingsFolder(user), "managed-settings.d/50-sandhook.json");
const read = (file: string): string => readFileSync(file, "utf8");

async function sandhook(user: TempHome, ...args: readonly string[]): Promise<Outcome> {
  const [printed, told]: [string[], string[]] = [[], []];
  const program = new Command("sandhook").exitOverride();
  const context: InstallContext = {
    source: makeProduct(user),
    variables: { HOME: user.home, PATH: "" },
    cwd: user.project,
    node: process.execPath,
    print: (text) => printed.push(text),
    tell: (text) => told.push(`${text}\n`),
    ask: undefined,
  };
  addInstallCommands(program, context);
  addManagedCommands(program, context);
  await program.parseAsync([...args], { from: "user" });
  return { code: process.exitCode, printed: printed.join(""), told: told.join("") };
}

function install(user: TempHome, ...flags: readonly string[]): Promise<Outcome> {
  mkdirSync(machine(user), { recursive: true });
  return sandhook(user, "install", "--scope", "managed", "--staging", machine(user), ...flags);
}

const uninstall = (user: TempHome): Promise<Outcome> =>
  sandhook(user, "uninstall", "--scope", "managed", "--staging", machine(user));
const verify = (user: TempHome, ...flags: readonly string[]): Promise<Outcome> =>
  sandhook(user, "managed", "verify", "--staging", machine(user), ...flags);

describe("sandhook install --scope managed", () => {
  it("writes a drop-in with the hook, the gate and blanked variables, and nothing of a user", async () => {
    const user = makeTempHome();
    expect((await install(user)).code).toBe(0);
    const text = read(dropIn(user));
    const settings = JSON.parse(text) as { hooks: { PreToolUse: unknown[] }; env: Record<string, string> };
    expect(Object.keys(settings)).toEqual(["hooks", "env"]);
    expect(settings.hooks.PreToolUse[0]).toMatchObject({
      hooks: [{ command: "/opt/sandhook/entry/event=pre-tool-use || exit 2", args: [], onFailure: "block" }],
    });
    const { CLAUDE_CODE_SHELL_PREFIX: gate, ...blanked } = settings.env;
    expect(gate).toBe("/opt/sandhook/current/libexec/shell-gate");
    expect(new Set(Object.values(blanked))).toEqual(new Set([""]));
    for (const name of ["BASH_ENV", "CLAUDE_ENV_FILE", "LD_PRELOAD", "NODE_OPTIONS", "CLAUDE_CODE_SHELL"])
      expect(Object.keys(blanked)).toContain(name);
    for (const own of [user.root, user.home]) expect(text).not.toContain(own);
    expect(read(runtime(user, "entry/event=pre-tool-use"))).toContain('HOME="$HOME"');
  });

  it("writes the administrator's choices, and keeps what stands beside them", async () => {
    const user = makeTempHome();
    writeFile(dropIn(user), { model: "opus", hooks: { Stop: [] }, sandhook: { network: "none" } });
    await install(
      user,
      ...["--only-managed-hooks", "--require-version", "2.1.312"],
      ...["--engine", "docker", "--keep-env", "NODE_OPTIONS", "ZDOTDIR"],
    );
    const settings = JSON.parse(read(dropIn(user))) as Record<string, Record<string, unknown>>;
    expect(settings).toMatchObject({
      allowManagedHooksOnly: true,
      requiredMinimumVersion: "2.1.312",
      model: "opus",
      sandhook: { network: "none", engine: "docker" },
    });
    expect(Object.keys(settings["env"] ?? {})).not.toContain("NODE_OPTIONS");
    expect(Object.keys(settings["hooks"] ?? {})).toEqual([
      "PreToolUse",
      "PostToolUseFailure",
      "SessionStart",
      "UserPromptSubmit",
      "ConfigChange",
    ]);
  });

  it("lets everybody read and nobody write, whatever the umask is", async () => {
    const user = makeTempHome();
    const old = process.umask(0o077);
    await install(user).finally(() => process.umask(old));
    const folder = machine(user);
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    for (const name of names) {
      const stats = statSync(join(folder, name));
      if (name.endsWith("/node")) continue;
      expect([name, stats.mode & 0o022]).toEqual([name, 0]);
      expect([name, stats.mode & 0o044]).toEqual([name, 0o044]);
      if (stats.isDirectory()) expect([name, stats.mode & 0o011]).toEqual([name, 0o011]);
    }
  });

  it("says so when there is nothing to change, and changes nothing with --dry-run", async () => {
    const user = makeTempHome();
    expect((await install(user, "--dry-run")).printed).toContain('+    "CLAUDE_CODE_SHELL_PREFIX"');
    expect(readdirSync(machine(user))).toEqual([]);
    await install(user);
    expect((await install(user)).printed).toBe("everything was installed already\n");
  });

  it("installs the runtime alone for settings that come from elsewhere", async () => {
    const user = makeTempHome();
    await install(user, "--runtime-only");
    expect([existsSync(runtime(user, "current/libexec/hook")), existsSync(settingsFolder(user))]).toEqual([
      true,
      false,
    ]);
    expect((await verify(user, "--runtime-only")).code).toBe(0);
  });

  it("refuses a drop-in that is no JSON, and changes nothing", async () => {
    const user = makeTempHome();
    writeFile(dropIn(user), "{ not json");
    expect((await install(user)).code).toBe(1);
    expect([read(dropIn(user)), existsSync(runtime(user))]).toEqual(["{ not json", false]);
  });

  it("refuses without the rights of root, and says what to type", () => {
    if (process.getuid?.() !== 0) return;
    const script = `import("./src/install/managed/install-managed.ts").then(({ refuseWithoutRights }) =>
      refuseWithoutRights({ settingsFolder: "/etc/claude-code", root: "/opt/sandhook" }, "sandhook install --scope managed"))
      .catch((error) => { console.log(error.code, error.hint) })`;
    const { stdout } = spawnSync(
      "setpriv",
      ["--reuid", "65534", process.execPath, "--import", "tsx", "-e", script],
      {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
      },
    );
    expect(stdout).toBe("managed.no-rights Type: sudo sandhook install --scope managed\n");
  });
});

describe("sandhook uninstall --scope managed", () => {
  it("leaves nothing behind where nothing was", async () => {
    const user = makeTempHome();
    mkdirSync(join(machine(user), "etc"), { recursive: true });
    await install(user);
    expect((await uninstall(user)).code).toBe(0);
    expect(readdirSync(machine(user), { recursive: true })).toEqual(["etc", "opt"]);
  });

  it("restores the bytes before, also after a second installation", async () => {
    const user = makeTempHome();
    const before = '{ "sandhook": {"network":"none"} }';
    writeFile(dropIn(user), before);
    await install(user);
    await install(user, "--only-managed-hooks");
    await uninstall(user);
    expect(read(dropIn(user))).toBe(before);
  });

  it("keeps what an administrator has added since", async () => {
    const user = makeTempHome();
    await install(user);
    writeFile(dropIn(user), { ...(JSON.parse(read(dropIn(user))) as object), model: "opus" });
    await uninstall(user);
    expect(JSON.parse(read(dropIn(user)))).toEqual({ model: "opus" });
  });
});

describe("sandhook managed verify", () => {
  const edit = (
    user: TempHome,
    change: (settings: Record<string, Record<string, unknown>>) => void,
  ): void => {
    const settings = JSON.parse(read(dropIn(user))) as Record<string, Record<string, unknown>>;
    change(settings);
    writeFile(dropIn(user), settings);
  };
  const other = (user: TempHome, name: string, settings: unknown): void => {
    writeFile(join(settingsFolder(user), name), settings);
  };
  const cases: readonly (readonly [string, RegExp, (user: TempHome) => void])[] = [
    [
      "a missing drop-in",
      /50-sandhook\.json: is missing/,
      (user) => {
        rmSync(dropIn(user));
      },
    ],
    [
      "a hook that was taken out",
      /hooks is not what was installed/,
      (user) => {
        edit(user, (s) => {
          s["hooks"] = {};
        });
      },
    ],
    [
      "a gate that leads elsewhere",
      /env is not what/,
      (user) => {
        edit(user, (s) => {
          Object.assign(s["env"] ?? {}, { CLAUDE_CODE_SHELL_PREFIX: "/bin/true" });
        });
      },
    ],
    [
      "a drop-in that everybody can write",
      /50-sandhook\.json: can be written by everybody/,
      (user) => {
        chmodSync(dropIn(user), 0o666);
      },
    ],
    [
      "a drop-in that users cannot read",
      /cannot be read by users/,
      (user) => {
        chmodSync(dropIn(user), 0o600);
      },
    ],
    [
      "a folder that everybody can write",
      /managed-settings\.d: can be written by everybody/,
      (user) => {
        chmodSync(join(settingsFolder(user), "managed-settings.d"), 0o777);
      },
    ],
    [
      "an entry script that was changed",
      /event=pre-tool-use: is not the script/,
      (user) => {
        writeFile(runtime(user, "entry/event=pre-tool-use"), "#!/bin/sh\nexit 0\n", 0o755);
      },
    ],
    [
      "an entry script that cannot be started",
      /event=pre-tool-use: is not the script/,
      (user) => {
        chmodSync(runtime(user, "entry/event=pre-tool-use"), 0o644);
      },
    ],
    [
      "a runtime file that was changed",
      /holds files that were changed/,
      (user) => {
        writeFile(runtime(user, "current/libexec/pre-tool-use.cjs"), "evil");
      },
    ],
    [
      "a runtime file that was added",
      /holds files that were changed/,
      (user) => {
        writeFile(runtime(user, "current/libexec/more.cjs"), "evil");
      },
    ],
    [
      "a runtime folder that everybody can write",
      /libexec: can be written by everybody/,
      (user) => {
        chmodSync(runtime(user, "current/libexec"), 0o777);
      },
    ],
    [
      "a runtime that is not current",
      /current: is missing/,
      (user) => {
        rmSync(runtime(user, "current"));
      },
    ],
    [
      "a missing Node",
      /node: is missing/,
      (user) => {
        rmSync(runtime(user, "node"));
      },
    ],
    [
      "a missing record",
      /has no record/,
      (user) => {
        rmSync(runtime(user, "managed.json"));
      },
    ],
    [
      "a later drop-in that replaces the gate",
      /99-more\.json: env\.CLAUDE_CODE_SHELL_PREFIX replaces ours/,
      (user) => {
        other(user, "managed-settings.d/99-more.json", { env: { CLAUDE_CODE_SHELL_PREFIX: "" } });
      },
    ],
    [
      "a file that switches hooks off",
      /managed-settings\.json: disableAllHooks/,
      (user) => {
        other(user, "managed-settings.json", { disableAllHooks: true });
      },
    ],
    [
      "a file that is no JSON",
      /managed-settings\.json holds no JSON object/,
      (user) => {
        other(user, "managed-settings.json", "{");
      },
    ],
  ];

  it("finds nothing on the machine that was installed", async () => {
    const user = makeTempHome();
    await install(user, "--only-managed-hooks", "--keep-env", "NODE_OPTIONS");
    other(user, "managed-settings.d/10-model.json", { env: { CLAUDE_CODE_SHELL_PREFIX: "/overruled" } });
    expect(await verify(user)).toEqual({
      code: 0,
      printed: "this machine is what the policy says\n",
      told: "",
    });
  });

  it.each(cases)("finds %s, and ends with 1", async (_, finding, change) => {
    const user = makeTempHome();
    await install(user);
    change(user);
    const { code, printed } = await verify(user);
    expect([code, printed]).toEqual([1, expect.stringMatching(finding)]);
    const json = JSON.parse((await verify(user, "--json")).printed) as { ok: boolean; findings: unknown[] };
    expect([json.ok, json.findings.length > 0]).toEqual([false, true]);
  });

  it("finds another runtime than the one that must be in use", async () => {
    const user = makeTempHome();
    await install(user);
    expect((await verify(user, "--runtime", "9.9.9-000000000000")).printed).toMatch(/is in use, not 9\.9\.9/);
  });
});

describe("who can write a path", () => {
  it("includes whoever can replace a folder on the way, through symlinks too", () => {
    const { root } = makeTempHome();
    const authority = { uid: process.getuid?.() ?? 0, top: root };
    mkdirSync(join(root, "open/inner"), { recursive: true });
    mkdirSync(join(root, "closed"));
    writeFile(join(root, "open/inner/file"), "x");
    symlinkSync("../open/inner", join(root, "closed/link"));
    expect(findWeaknesses(join(root, "closed/link/file"), authority)).toEqual([]);
    chmodSync(join(root, "open"), 0o777);
    const weak = [{ path: join(root, "open"), problem: "can be written by everybody" }];
    expect(findWeaknesses(join(root, "open/inner/file"), authority)).toEqual(weak);
    expect(findWeaknesses(join(root, "closed/link/file"), authority)).toEqual(weak);
    expect(findWeaknesses(join(root, "open/inner/none"), authority)).toHaveLength(2);
  });

  it("ends for a symlink that leads to itself", () => {
    const { root } = makeTempHome();
    symlinkSync("loop", join(root, "loop"));
    const found = findWeaknesses(join(root, "loop"), { uid: process.getuid?.() ?? 0, top: root });
    expect(found.at(-1)?.problem).toBe("is a symlink that leads to itself");
  });
});
