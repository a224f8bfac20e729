import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { productProgram, runSandhook, userVariables } from "../support/installed.ts";
import { openTerminal, type Terminal } from "../support/pty.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const PATIENCE = 60_000;

/** `sandhook install` as a person types it, in a shell that stays. */
async function openInstaller(user: TempHome): Promise<Terminal> {
  const env = { ...userVariables(user), TERM: "xterm", PS1: "ready> " };
  const shell = { file: "/bin/bash", args: ["--norc", "--noprofile", "-i"] };
  const terminal = openTerminal(shell, { env, cwd: user.project });
  await terminal.waitFor(/ready>/, PATIENCE);
  const line = `'${process.execPath}' '${productProgram()}' install --no-check --client-version 2.1.330`;
  terminal.send(`clear; ${line}; echo code=$?`, "Enter");
  await terminal.waitFor(/Whose commands/, PATIENCE);
  return terminal;
}

describe("sandhook install on a terminal", () => {
  it("asks with arrow keys, shows the change, and does what was chosen", async () => {
    const user = makeTempHome({ git: true });
    const terminal = await openInstaller(user);
    terminal.send("Down", "Down", "Enter");
    await terminal.waitFor(/In which sandbox/, PATIENCE);
    terminal.send("Down", "Enter");
    await terminal.waitFor(/Make this change\?/, PATIENCE);
    expect(existsSync(join(user.project, ".claude"))).toBe(false);
    terminal.send("y", "Enter");
    await terminal.waitFor(/^code=0$/m, PATIENCE);
    const settings = readFileSync(join(user.project, ".claude/settings.local.json"), "utf8");
    expect(settings).toMatch(/"engine": "docker"/);
    expect(settings).toContain("PreToolUse");
    expect(existsSync(join(user.home, ".claude/settings.json"))).toBe(false);
  });

  it("changes nothing when the person gives up", async () => {
    const user = makeTempHome({ git: true });
    const terminal = await openInstaller(user);
    terminal.send("C-c");
    await terminal.waitFor(/^code=1$/m, PATIENCE);
    expect(terminal.screen()).toContain("nothing was changed");
    expect(readdirSync(user.home)).toEqual([]);
  });
});

describe("sandhook install --skill", () => {
  it("gives Claude Code /sandhook, takes it away again, and leaves another's alone", () => {
    const user = makeTempHome();
    const file = join(user.home, ".claude/skills/sandhook/SKILL.md");
    mkdirSync(join(user.home, ".claude"));
    expect(runSandhook(user, ["install", "--skill"])).toBe(`wrote ${file}\n`);
    expect(readFileSync(file, "utf8")).toMatch(/^---\nname: sandhook\ndescription: .+\n---\n/);
    expect(runSandhook(user, ["install", "--skill"])).toBe("nothing was to be done\n");
    expect(runSandhook(user, ["uninstall", "--skill"])).toBe(`removed ${file}\n`);
    expect(readdirSync(join(user.home, ".claude"))).toEqual([]);
    writeFile(file, "---\nname: mine\n---\n");
    expect(() => runSandhook(user, ["install", "--skill"])).toThrow(/is not sandhook's/);
    expect(readFileSync(file, "utf8")).toBe("---\nname: mine\n---\n");
  });
});
