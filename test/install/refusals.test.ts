import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install, planSettings } from "../../src/install/install.ts";
import { type TempHome, makeTempHome } from "../support/temp-home.ts";
import { installOptions, makeProduct, rootOf, userSettings } from "./fake-product.ts";

const silent = (): void => undefined;

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
