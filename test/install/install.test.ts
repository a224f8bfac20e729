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
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostPath } from "../../src/core/paths.ts";
import { install } from "../../src/install/install.ts";
import { uninstall } from "../../src/install/uninstall.ts";
import { makeTempHome } from "../support/temp-home.ts";
import { installOptions, makeProduct, rootOf, userSettings, stepsOf } from "./fake-product.ts";

const silent = (): void => undefined;

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
    expect(await stepsOf((onStep) => install(options, onStep))).toEqual([]);
    expect(statSync(userSettings(user)).ino).toBe(before.ino);
  });

  it("installs from its own installed copy without a step", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    const folder = hostPath(realpathSync(join(rootOf(user), "current")));
    const again = installOptions(user, { source: { folder, version: "1.2.3" } });
    expect(await stepsOf((onStep) => install(again, onStep))).toEqual([]);
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
