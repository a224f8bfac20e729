import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostPath } from "../../src/core/paths.ts";
import { install, planSettings } from "../../src/install/install.ts";
import { uninstall } from "../../src/install/uninstall.ts";
import { type TempHome, makeTempHome, writeFile } from "../support/temp-home.ts";
import { installOptions, makeProduct, rootOf, userSettings } from "./fake-product.ts";

const silent = (): void => undefined;

async function steps(work: (onStep: (step: string) => void) => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  await work((step) => seen.push(step));
  return seen;
}

describe("install", () => {
  it("makes the runtime, the links and private state folders", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    const root = rootOf(user);
    const [version = ""] = readdirSync(join(root, "versions"));
    expect(version).toMatch(/^1\.2\.3-[0-9a-f]{12}$/);
    expect(readlinkSync(join(root, "current"))).toBe(`versions/${version}`);
    expect(readlinkSync(join(root, "node"))).toBe(process.execPath);
    expect(readdirSync(root).sort()).toEqual(
      ["audit", "bin", "containers", "current", "entry", "installs", "jobs", "node", "versions"].sort(),
    );
    for (const folder of ["", "jobs", "containers", "audit"]) {
      expect(statSync(join(root, folder)).mode & 0o777).toBe(0o700);
    }
    expect(statSync(join(root, "current/libexec/hook")).mode & 0o777).toBe(0o755);
    expect(statSync(join(root, "current/profiles/default.json")).mode & 0o777).toBe(0o644);
  });

  it("writes a launcher that starts the command line with the linked node", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    expect(execFileSync(join(rootOf(user), "bin/sandhook"), ["a", "b c"], { encoding: "utf8" })).toBe(
      "a b c\n",
    );
  });

  it("changes no byte and reports no step the second time", async () => {
    const user = makeTempHome({ files: { "home/.claude/settings.json": '{"model":"opus"}' } });
    const options = installOptions(user);
    await install(options, silent);
    const before = statSync(userSettings(user));
    expect(await steps((onStep) => install(options, onStep))).toEqual([]);
    expect(statSync(userSettings(user)).ino).toBe(before.ino);
  });

  it("installs from its own installed copy without a step", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    const folder = hostPath(realpathSync(join(rootOf(user), "current")));
    const again = installOptions(user, { source: { folder, version: "1.2.3" } });
    expect(await steps((onStep) => install(again, onStep))).toEqual([]);
  });

  it("repairs a runtime that was damaged", async () => {
    const user = makeTempHome();
    const options = installOptions(user);
    await install(options, silent);
    const hook = join(rootOf(user), "current/libexec/hook");
    rmSync(hook);
    await install(options, silent);
    expect(existsSync(hook)).toBe(true);
  });

  it("keeps the version before the current one and removes older ones", async () => {
    const user = makeTempHome();
    for (const version of ["1.0.0", "1.1.0", "1.2.0"]) {
      await install(installOptions(user, { source: makeProduct(user, {}, version) }), silent);
    }
    const left = readdirSync(join(rootOf(user), "versions")).map((name) => name.split("-")[0]);
    expect(left.sort()).toEqual(["1.1.0", "1.2.0"]);
  });

  it("keeps every version while a job waits", async () => {
    const user = makeTempHome();
    for (const version of ["1.0.0", "1.1.0", "1.2.0"]) {
      await install(installOptions(user, { source: makeProduct(user, {}, version) }), silent);
      mkdirSync(join(rootOf(user), "jobs/00112233445566aa"), { recursive: true });
    }
    expect(readdirSync(join(rootOf(user), "versions"))).toHaveLength(3);
  });

  it("honours CLAUDE_CONFIG_DIR and hands it to the hook", async () => {
    const user = makeTempHome();
    const claudeConfigDir = hostPath(join(user.root, "config dir"));
    const options = installOptions(user);
    await install({ ...options, environment: { ...options.environment, claudeConfigDir } }, silent);
    expect(readFileSync(join(claudeConfigDir, "settings.json"), "utf8")).toContain(
      `"CLAUDE_CONFIG_DIR=${claudeConfigDir}"`,
    );
    expect(existsSync(userSettings(user))).toBe(false);
  });

  it("writes the engine only when asked, and keeps it in a later installation", async () => {
    const user = makeTempHome();
    const engineOf = (): unknown =>
      (JSON.parse(readFileSync(userSettings(user), "utf8")) as Record<string, unknown>)["sandhook"];
    await install(installOptions(user), silent);
    expect(engineOf()).toBe(undefined);
    await install(installOptions(user, { engine: "docker" }), silent);
    expect(engineOf()).toEqual({ engine: "docker" });
    await install(installOptions(user, { client: [2, 1, 144] }), silent);
    expect(engineOf()).toEqual({ engine: "docker" });
    await uninstall(installOptions(user), silent);
    expect(existsSync(userSettings(user))).toBe(false);
  });

  it("gives the hook a longer timeout where a timeout lets the command run", async () => {
    const user = makeTempHome();
    const timeoutFor = async (client: readonly [number, number, number] | undefined): Promise<unknown> => {
      await install(installOptions(user, { client }), silent);
      return /"timeout": (\d+)/.exec(readFileSync(userSettings(user), "utf8"))?.[1];
    };
    expect(await timeoutFor([2, 1, 295])).toBe("30");
    expect(await timeoutFor([2, 1, 294])).toBe("600");
    expect(await timeoutFor(undefined)).toBe("600");
  });
});

describe("install refuses", () => {
  const refuses = async (user: TempHome, code: string, more: Parameters<typeof installOptions>[1] = {}) => {
    const before = existsSync(userSettings(user)) ? readFileSync(userSettings(user), "utf8") : undefined;
    await expect(install(installOptions(user, more), silent)).rejects.toMatchObject({ code });
    expect(existsSync(userSettings(user)) ? readFileSync(userSettings(user), "utf8") : undefined).toBe(
      before,
    );
    expect(existsSync(join(rootOf(user), "current"))).toBe(false);
  };
  const withSettings = (text: string): TempHome =>
    makeTempHome({ files: { "home/.claude/settings.json": text } });

  it.each([
    ["settings.unparsable", '{"a": 1'],
    ["settings.unparsable", "not json"],
    ["settings.shape", "[]"],
    ["settings.shape", '{"hooks": []}'],
    ["settings.shape", '{"hooks": {"PreToolUse": {}}}'],
    ["settings.shape", '{"hooks": {"PreToolUse": [{"matcher": "Bash"}]}}'],
    ["settings.shape", '{"hooks": {"PreToolUse": [{"matcher": 1, "hooks": []}]}}'],
    ["settings.shape", '{"hooks": {"PreToolUse": [{"hooks": [{"type": "command"}]}]}}'],
    ["settings.shape", '{"hooks": {"PermissionRequest": [{"hooks": [{"type": "telepathy"}]}]}}'],
    ["settings.shape", '{"hooks": {}, "hooks": {}}'],
    ["settings.ignored", '{\n  // mine\n  "a": 1\n}'],
    ["settings.ignored", '{"a": [1,]}'],
    ["settings.hooks-disabled", '{"disableAllHooks": true}'],
  ])("%s for %s", async (code, text) => {
    await refuses(withSettings(text), code);
  });

  it("a file that is not UTF-8", async () => {
    const user = withSettings("{}");
    writeFileSync(userSettings(user), Buffer.from([0x7b, 0xff, 0x7d]));
    await expect(install(installOptions(user), silent)).rejects.toMatchObject({ code: "settings.not-utf8" });
    expect(readFileSync(userSettings(user))).toEqual(Buffer.from([0x7b, 0xff, 0x7d]));
  });

  it("a settings file that its owner made read-only", async () => {
    const user = withSettings("{}");
    chmodSync(userSettings(user), 0o444);
    await expect(install(installOptions(user), silent)).rejects.toMatchObject({ code: "settings.read-only" });
    expect(readFileSync(userSettings(user), "utf8")).toBe("{}");
  });

  it("a file where the settings folder should be", async () => {
    const user = makeTempHome({ files: { "home/.claude": "" } });
    await refuses(user, "machine.not-a-folder");
  });

  it("a folder where the settings file should be", async () => {
    const user = makeTempHome();
    mkdirSync(userSettings(user), { recursive: true });
    await expect(install(installOptions(user), silent)).rejects.toMatchObject({ code: "machine.not-a-file" });
  });

  it("a symlink that leads to itself", async () => {
    const user = makeTempHome({ files: { "home/.claude/x": "" } });
    symlinkSync("settings.json", userSettings(user));
    await expect(install(installOptions(user), silent)).rejects.toMatchObject({ code: "machine.not-a-file" });
  });

  it("a product that is not built", async () => {
    const user = makeTempHome();
    const source = makeProduct(user);
    rmSync(join(source.folder, "sandhook.mjs"));
    await refuses(user, "runtime.not-built", { source });
  });

  it("a client that cannot rewrite commands", async () => {
    await refuses(makeTempHome(), "install.client-too-old", { client: [2, 0, 9] });
  });

  it.each(["/tmp/x/node", "/home/me/.npm/_npx/1a/node_modules/.bin/node"])("the node %s", async (node) => {
    const user = makeTempHome();
    const { environment } = installOptions(user);
    await refuses(user, "install.unstable-node", { environment: { ...environment, node } });
  });

  it("a project's settings that lead out of the project", async () => {
    const user = makeTempHome({ files: { "project/.claude/x": "", "home/.bashrc": "{}" } });
    symlinkSync(join(user.home, ".bashrc"), join(user.project, ".claude/settings.json"));
    await expect(install(installOptions(user, { scope: "project" }), silent)).rejects.toMatchObject({
      code: "settings.outside-project",
    });
    expect(readFileSync(join(user.home, ".bashrc"), "utf8")).toBe("{}");
  });

  it("the project scope in the home folder", () => {
    const user = makeTempHome();
    const options = installOptions(user, { scope: "project" });
    const environment = { ...options.environment, cwd: options.environment.home };
    expect(() => planSettings({ ...options, environment })).toThrow(/home folder/);
  });
});

describe("a settings file that is a symlink", () => {
  it("stays one, and its target keeps its mode", async () => {
    const user = makeTempHome({ files: { "home/dotfiles/claude.json": '{"a":1}', "home/.claude/x": "" } });
    const target = join(user.home, "dotfiles/claude.json");
    chmodSync(target, 0o640);
    symlinkSync("../dotfiles/claude.json", userSettings(user));
    await install(installOptions(user), silent);
    expect(lstatSync(userSettings(user)).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toContain("libexec/hook");
    expect(statSync(target).mode & 0o777).toBe(0o640);
    await uninstall(installOptions(user), silent);
    expect(readFileSync(target, "utf8")).toBe('{"a":1}');
    expect(lstatSync(userSettings(user)).isSymbolicLink()).toBe(true);
  });

  it("may lead to a file that does not exist yet", async () => {
    const user = makeTempHome({ files: { "home/.claude/x": "" } });
    symlinkSync(join(user.home, "dotfiles/claude.json"), userSettings(user));
    await install(installOptions(user), silent);
    expect(existsSync(join(user.home, "dotfiles/claude.json"))).toBe(true);
    await uninstall(installOptions(user), silent);
    expect(existsSync(join(user.home, "dotfiles"))).toBe(false);
  });
});

describe("uninstall", () => {
  const texts = [
    "",
    "\n",
    "{}",
    "{ }\n",
    '{"hooks":{}}',
    '{\n\t"hooks": {"PreToolUse": [ ]}\n}\r\n',
    "\uFEFF{}\r\n",
  ];
  it.each(texts.map((text) => [JSON.stringify(text), text]))(
    "gives back %s byte for byte",
    async (_, text) => {
      const user = makeTempHome({ files: { "home/.claude/settings.json": text } });
      await install(installOptions(user), silent);
      expect(readFileSync(userSettings(user), "utf8")).not.toBe(text);
      await uninstall(installOptions(user), silent);
      expect(readFileSync(userSettings(user), "utf8")).toBe(text);
    },
  );

  it("gives back the bytes from before the first of several installations", async () => {
    const text = '{ "hooks" : { } }';
    const user = makeTempHome({ files: { "home/.claude/settings.json": text } });
    for (const client of [
      [2, 1, 330],
      [2, 1, 100],
      [2, 1, 330],
    ] as const) {
      await install(installOptions(user, { client }), silent);
    }
    await uninstall(installOptions(user), silent);
    expect(readFileSync(userSettings(user), "utf8")).toBe(text);
  });

  it("removes the file and the folder that the installation made", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    await uninstall(installOptions(user), silent);
    expect(existsSync(join(user.home, ".claude"))).toBe(false);
  });

  it("takes out only our hook when the file was changed since", async () => {
    const user = makeTempHome({ files: { "home/.claude/settings.json": '{\n  "a": 1\n}\n' } });
    await install(installOptions(user), silent);
    const text = readFileSync(userSettings(user), "utf8");
    writeFileSync(userSettings(user), text.replace('"a": 1', '"a": 2'));
    await uninstall(installOptions(user), silent);
    expect(readFileSync(userSettings(user), "utf8")).toBe('{\n  "a": 2\n}\n');
  });

  it("removes the runtime with the last registration and keeps the state", async () => {
    const user = makeTempHome({ git: true });
    const root = rootOf(user);
    await install(installOptions(user), silent);
    await install(installOptions(user, { scope: "project" }), silent);
    await uninstall(installOptions(user), silent);
    expect(existsSync(join(root, "current/libexec/hook"))).toBe(true);
    await uninstall(installOptions(user, { scope: "project" }), silent);
    expect(readdirSync(root).sort()).toEqual(["audit", "containers", "jobs"]);
  });

  it("does nothing where nothing was installed", async () => {
    const user = makeTempHome({ files: { "home/.claude/settings.json": '{"hooks":{"Stop":[]}}' } });
    expect(await steps((onStep) => uninstall(installOptions(user), onStep))).toEqual([]);
    expect(readFileSync(userSettings(user), "utf8")).toBe('{"hooks":{"Stop":[]}}');
  });

  it("works on a file whose comments make the client ignore it", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    writeFile(userSettings(user), `// mine\n${readFileSync(userSettings(user), "utf8")}`);
    await uninstall(installOptions(user), silent);
    expect(readFileSync(userSettings(user), "utf8")).toBe("// mine\n{}\n");
  });
});
