import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { install } from "../../src/install/install.ts";
import { withInstallLock } from "../../src/install/install-lock.ts";
import { readSettingsFile, writeSettingsFile } from "../../src/install/settings-file.ts";
import { uninstall } from "../../src/install/uninstall.ts";
import { type TempHome, makeTempHome } from "../support/temp-home.ts";
import { installOptions, makeProduct, rootOf, userSettings } from "./fake-product.ts";

const CHILD = fileURLToPath(new URL("child-install.ts", import.meta.url));
const silent = (): void => undefined;
const BEFORE = '{\n  "model": "opus"\n}\n';

/** Gives the exit code, or the signal's name. */
function runChild(user: TempHome, work: string, killAfter: number): Promise<number | string> {
  const { folder } = makeProduct(user);
  const args = ["--import", "tsx", CHILD, work, user.home, user.project, folder, String(killAfter)];
  return new Promise((resolve) => {
    spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] }).on("close", (code, signal) => {
      resolve(code ?? signal ?? "");
    });
  });
}

const oneUser = (): TempHome => makeTempHome({ files: { "home/.claude/settings.json": BEFORE } });
const settingsOf = (user: TempHome): string => readFileSync(userSettings(user), "utf8");

/** What must hold at any moment: whole files, and a registered hook only with the file it names. */
function expectSound(user: TempHome): void {
  const text = settingsOf(user);
  expect(() => JSON.parse(text) as unknown).not.toThrow();
  const hook = join(rootOf(user), "current/libexec/hook");
  const entry = join(rootOf(user), "entry/event=pre-tool-use");
  if (text.includes("libexec/hook")) expect([hook, entry].map(existsSync)).toEqual([true, true]);
  else expect(text).toBe(BEFORE);
}

describe("an installation that is killed", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])(
    "after step %i leaves sound files and can be repeated and undone",
    async (step) => {
      const user = oneUser();
      expect(await runChild(user, "install", step)).toBe("SIGKILL");
      expectSound(user);
      await install(installOptions(user), silent);
      expect(settingsOf(user)).toContain("libexec/hook");
      await uninstall(installOptions(user), silent);
      expect(settingsOf(user)).toBe(BEFORE);
      expect(readdirSync(join(user.home, ".claude"))).toEqual(["settings.json"]);
    },
  );

  it("has seven steps", async () => {
    let steps = 0;
    await install(installOptions(oneUser()), () => (steps += 1));
    expect(steps).toBe(7);
  });

  it("never leaves a registered hook without its runtime when an uninstallation is killed", async () => {
    const user = oneUser();
    await install(installOptions(user), silent);
    expect(await runChild(user, "uninstall", 1)).toBe("SIGKILL");
    expectSound(user);
    await uninstall(installOptions(user), silent);
    expect(existsSync(join(rootOf(user), "current"))).toBe(false);
  });

  it("leaves temporary files that the next one sweeps", async () => {
    const user = oneUser();
    const gone = "999999999";
    writeFileSync(join(user.home, `.claude/.settings.json.sandhook-${gone}-ab`), "half");
    await install(installOptions(user), silent);
    expect(readdirSync(join(user.home, ".claude"))).toEqual(["settings.json"]);
  });
});

describe("installations at the same time", () => {
  it("end with one registration that can be undone", async () => {
    const user = oneUser();
    expect(await Promise.all([1, 2, 3].map(() => runChild(user, "install", 0)))).toEqual([0, 0, 0]);
    expect(settingsOf(user).split('"pre-tool-use"')).toHaveLength(2);
    await uninstall(installOptions(user), silent);
    expect(settingsOf(user)).toBe(BEFORE);
  });

  it("do not overwrite what another program wrote meanwhile", () => {
    const user = oneUser();
    const file = readSettingsFile(userSettings(user));
    writeFileSync(userSettings(user), '{"written":"meanwhile"}');
    expect(writeSettingsFile(file, "{}")).toBe(false);
    expect(settingsOf(user)).toBe('{"written":"meanwhile"}');
    expect(readdirSync(join(user.home, ".claude"))).toEqual(["settings.json"]);
  });

  it("take turns", async () => {
    const user = oneUser();
    const lock = join(user.home, "lock");
    const seen: string[] = [];
    const turn = (name: string) => async (): Promise<void> => {
      seen.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      seen.push(`${name} out`);
    };
    await Promise.all([withInstallLock(lock, turn("a")), withInstallLock(lock, turn("b"))]);
    expect(seen).toEqual(["a in", "a out", "b in", "b out"]);
    expect(existsSync(lock)).toBe(false);
  });

  it("give up on one that does not end, and name it", async () => {
    const user = oneUser();
    const lock = join(user.home, "lock");
    writeFileSync(lock, String(process.pid));
    await expect(withInstallLock(lock, silent, { patience: 0 })).rejects.toMatchObject({
      code: "install.busy",
    });
  });

  it("take over the lock of a process that is gone", async () => {
    const user = oneUser();
    const lock = join(user.home, "lock");
    writeFileSync(lock, "999999999");
    expect(await withInstallLock(lock, () => "ran")).toBe("ran");
    expect(readdirSync(user.home)).toEqual([".claude"]);
  });
});
