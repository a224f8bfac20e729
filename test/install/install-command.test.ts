import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterEach, describe, expect, it } from "vitest";
import { addInstallCommands } from "../../src/cli/install-command.ts";
import type { InstallContext } from "../../src/cli/install-context.ts";
import { type TempHome, makeTempHome, writeFile } from "../support/temp-home.ts";
import { makeProduct, rootOf, userSettings } from "./fake-product.ts";

const INSTALLER = fileURLToPath(new URL("../../install.ts", import.meta.url));
const KNOWN = ["--client-version", "2.1.330", "--no-check"];

interface Outcome {
  readonly code: unknown;
  readonly printed: string;
  readonly told: string;
}

afterEach(() => {
  process.exitCode = undefined;
});

async function sandhook(
  user: TempHome,
  args: readonly string[],
  more: Partial<InstallContext> = {},
): Promise<Outcome> {
  const [printed, told]: [string[], string[]] = [[], []];
  const program = new Command("sandhook").exitOverride();
  const context: InstallContext = {
    source: more.source ?? makeProduct(user),
    variables: { HOME: user.home, PATH: "" },
    cwd: user.project,
    node: process.execPath,
    print: (text) => printed.push(text),
    tell: (text) => told.push(`${text}\n`),
    ask: undefined,
    ...more,
  };
  addInstallCommands(program, context);
  await program.parseAsync([...args], { from: "user" });
  return { code: process.exitCode, printed: printed.join(""), told: told.join("") };
}

describe("sandhook install", () => {
  it("lists what it changed, and says so when there was nothing to change", async () => {
    const user = makeTempHome();
    const first = await sandhook(user, ["install", ...KNOWN]);
    expect([first.code, first.printed.trim().split("\n").length]).toEqual([0, 8]);
    expect(first.printed).toContain(`registered the hook in ${userSettings(user)}\n`);
    const second = await sandhook(user, ["install", ...KNOWN]);
    const network = "network: commands here reach only the hosts of github\n";
    expect(second).toEqual({ code: 0, printed: `everything was installed already\n${network}`, told: "" });
  });

  it("prints a diff and changes nothing with --dry-run", async () => {
    const text = '{\n  "model": "opus"\n}\n';
    const user = makeTempHome({ files: { "home/.claude/settings.json": text } });
    const { code, printed } = await sandhook(user, ["install", "--dry-run", ...KNOWN]);
    expect(code).toBe(0);
    expect(printed).toContain('-  "model": "opus"\n+  "model": "opus",\n+  "hooks": {\n');
    expect(readFileSync(userSettings(user), "utf8")).toBe(text);
    expect(existsSync(rootOf(user))).toBe(false);
  });

  it("asks on a terminal and changes nothing without a yes", async () => {
    const user = makeTempHome();
    const { code, told } = await sandhook(user, ["install", "--scope", "user", ...KNOWN], {
      ask: () => Promise.resolve(false),
    });
    expect([code, told.includes("nothing was changed")]).toEqual([1, true]);
    expect(existsSync(rootOf(user))).toBe(false);
  });

  it("does not ask with --yes", async () => {
    const ask = (): Promise<boolean> => Promise.reject(new Error("asked"));
    expect((await sandhook(makeTempHome(), ["install", "--yes", ...KNOWN], { ask })).code).toBe(0);
  });

  it("writes the engine into the scope that was chosen", async () => {
    const user = makeTempHome({ git: true });
    await sandhook(user, ["install", "--scope", "project", "--engine", "docker", ...KNOWN]);
    const text = readFileSync(join(user.project, ".claude/settings.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ sandhook: { engine: "docker" } });
    expect(text).not.toContain(user.root);
    expect(existsSync(userSettings(user))).toBe(false);
  });

  it("ends with 1 and says why when the hook does not sandbox the sample", async () => {
    const user = makeTempHome();
    const source = makeProduct(user, { "libexec/hook": "#!/bin/sh\ncat >/dev/null\necho '{}'\n" });
    const { code, told } = await sandhook(user, ["install", "--client-version", "2.1.330"], { source });
    expect([code, told.includes("does NOT sandbox")]).toEqual([1, true]);
  });

  it("asks the client on PATH for its release", async () => {
    const user = makeTempHome();
    writeFile(join(user.root, "bin/claude"), "#!/bin/sh\necho '2.1.200 (Claude Code)'\n", 0o755);
    const variables = { HOME: user.home, PATH: join(user.root, "bin") };
    const { told } = await sandhook(user, ["install", "--no-check"], { variables });
    expect(told).toContain("Claude Code 2.1.200 is older than 2.1.295: A hook that crashes or times out");
  });

  it("registers a form for every release when the client cannot be asked", async () => {
    const user = makeTempHome();
    const { code, told } = await sandhook(user, ["install", "--no-check"]);
    expect([code, told]).toEqual([
      0,
      "the release of Claude Code is not known (no claude was found on PATH); the hook is registered in a form for all of them\n",
    ]);
  });

  it("says what is wrong and what to do, and ends with 1", async () => {
    const user = makeTempHome({ files: { "home/.claude/settings.json": '{\n  "a" 1\n}' } });
    const { code, told } = await sandhook(user, ["install", ...KNOWN]);
    expect(code).toBe(1);
    expect(told).toBe(
      `sandhook: ${userSettings(user)}:2:7 is not valid JSON (ColonExpected)\n` +
        "Correct that place and run the command again; the file was not changed.\n",
    );
  });

  it.each([
    [["install", "--scope", "team"]],
    [["install", "--engine", "chroot"]],
    [["install", "--client-version", "new"]],
  ])("refuses %j as wrong usage", async (args) => {
    const user = makeTempHome();
    await expect(sandhook(user, args)).rejects.toMatchObject({ code: "commander.invalidArgument" });
    expect(existsSync(rootOf(user))).toBe(false);
  });

  it.each([
    ["install.no-home", { HOME: "" }],
    ["install.config-dir", { HOME: "/home/me", CLAUDE_CONFIG_DIR: "relative" }],
  ])("refuses %s", async (_, variables) => {
    expect((await sandhook(makeTempHome(), ["install", ...KNOWN], { variables })).code).toBe(1);
  });

  it("refuses a node that cannot be started", async () => {
    const { code, told } = await sandhook(makeTempHome(), [
      "install",
      "--node",
      "/nonexistent/node",
      ...KNOWN,
    ]);
    expect([code, told.includes("/nonexistent/node")]).toEqual([1, true]);
  });
});

describe("sandhook uninstall", () => {
  it("prints a diff with --dry-run, then does it", async () => {
    const user = makeTempHome({ files: { "home/.claude/settings.json": "{}" } });
    await sandhook(user, ["install", ...KNOWN]);
    const dry = await sandhook(user, ["uninstall", "--dry-run"]);
    expect(dry.printed).toMatch(/\n\+\{\}\n$/);
    const { code, printed } = await sandhook(user, ["uninstall"]);
    expect(code).toBe(0);
    expect(printed).toBe(
      `took the hook out of ${userSettings(user)}\nremoved the runtime from ${rootOf(user)}\n`,
    );
    expect(readFileSync(userSettings(user), "utf8")).toBe("{}");
  });

  it("says so where there is nothing to remove", async () => {
    const user = makeTempHome();
    expect(await sandhook(user, ["uninstall"])).toEqual({
      code: 0,
      printed: `${userSettings(user)} held no hook of sandhook\n`,
      told: "",
    });
  });
});

describe("install.ts", () => {
  const run = (user: TempHome, args: readonly string[]) => {
    const env = { HOME: user.home, PATH: process.env["PATH"] };
    return spawnSync(process.execPath, ["--import", "tsx", INSTALLER, ...args], { env, encoding: "utf8" });
  };

  it("takes the flags of sandhook install", () => {
    const { status, stdout } = run(makeTempHome(), ["--dry-run", "--client-version", "2.1.330"]);
    expect([status, stdout]).toEqual([0, expect.stringContaining("event=pre-tool-use || exit 2")]);
  });

  it("ends with 2 for wrong usage", () => {
    const { status, stderr } = run(makeTempHome(), ["--scope", "team"]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("--scope user, --scope project, --scope local"),
    ]);
  });
});
