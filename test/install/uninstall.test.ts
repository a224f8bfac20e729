import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install } from "../../src/install/install.ts";
import { uninstall } from "../../src/install/uninstall.ts";
import { makeTempHome, writeFile } from "../support/temp-home.ts";
import { installOptions, rootOf, userSettings, stepsOf } from "./fake-product.ts";

const silent = (): void => undefined;

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
    expect(await stepsOf((onStep) => uninstall(installOptions(user), onStep))).toEqual([]);
    expect(readFileSync(userSettings(user), "utf8")).toBe('{"hooks":{"Stop":[]}}');
    expect(existsSync(rootOf(user))).toBe(false);
  });

  it("works on a file whose comments make the client ignore it", async () => {
    const user = makeTempHome();
    await install(installOptions(user), silent);
    writeFile(userSettings(user), `// mine\n${readFileSync(userSettings(user), "utf8")}`);
    await uninstall(installOptions(user), silent);
    expect(readFileSync(userSettings(user), "utf8")).toBe("// mine\n{}\n");
  });
});
