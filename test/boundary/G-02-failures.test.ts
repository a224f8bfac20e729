import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { asUser, askHook, type Ground, rewrite, startLine } from "../engines/ground.ts";
import { TIMEOUT_SECONDS } from "../../src/install/registration.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

const libexec = (ground: Ground): string => path.join(ground.home, ".local/share/sandhook/current/libexec");

/** Starts the hook's script on raw input; gives its exit code and what it printed. */
function rawHook(ground: Ground, input: string, HOME = ground.home): { status: number | null; out: string } {
  const words = [
    "/usr/bin/env",
    "-i",
    ...(HOME === "" ? [] : [`HOME=${HOME}`]),
    "PATH=/usr/bin:/bin",
    "/bin/sh",
  ];
  const [file = "", ...args] = asUser(ground, [...words, path.join(libexec(ground), "hook"), "pre-tool-use"]);
  const { status, stdout, stderr } = spawnSync(file, args, { input, encoding: "utf8" });
  return { status, out: stdout + stderr };
}

const event = (fields: Record<string, unknown>): string =>
  JSON.stringify({
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    cwd: "/var/tmp",
    tool_input: { command: "true" },
    ...fields,
  });

describe.runIf(engineAvailable("bubblewrap"))("a failure", () => {
  it.each([
    ["empty input", ""],
    ["half a JSON", '{"hook_event_name":"PreToolUse","tool_na'],
    ["another event", event({ hook_event_name: "PostToolUse" })],
    ["an unknown tool", event({ tool_name: "Bash2" })],
    ["no command", event({ tool_input: {} })],
    ["a command that is no text", event({ tool_input: { command: ["true"] } })],
    ["no folder", event({ cwd: undefined })],
    ["a NUL in the command", event({ tool_input: { command: "echo a\0b" } })],
    ["a project that is /", event({ cwd: "/" })],
  ])("G-02 refuses %s", (_, input) => {
    const { status, out } = rawHook(bubblewrapGround(), input);
    const denied = out.includes('"permissionDecision":"deny"');
    expect(status === 2 || (status === 0 && denied), out).toBe(true);
    expect(out).not.toContain("updatedInput");
  });

  it("G-02 refuses without HOME", () => {
    const { status, out } = rawHook(bubblewrapGround(), event({}), "");
    expect(out).not.toContain("updatedInput");
    expect(status === 2 || out.includes('"deny"')).toBe(true);
  });

  it.each([
    ["an unknown key", { engin: "docker" }],
    ["a wrong type", { enabled: "yes" }],
    ["an unknown engine", { engine: "chroot" }],
  ])("G-02 refuses a config with %s and names the file", (_, settings) => {
    const ground = bubblewrapGround(settings);
    const reply = askHook(ground, "true");
    expect(reply["permissionDecision"]).toBe("deny");
    expect(reply["permissionDecisionReason"]).toContain(".claude/settings.json");
  });

  it("G-02 refuses a settings file that is no JSON", () => {
    const ground = bubblewrapGround();
    writeFileSync(path.join(ground.home, ".claude/settings.json"), '{"sandhook": {');
    const reply = askHook(ground, "true");
    expect(reply["permissionDecision"]).toBe("deny");
    expect(reply["permissionDecisionReason"]).toMatch(/line 1, column \d+/);
  });

  it("G-02 refuses when the job cannot be written", () => {
    const ground = bubblewrapGround();
    askHook(ground, "true");
    chmodSync(path.join(ground.home, ".local/share/sandhook/jobs"), 0o500);
    expect(askHook(ground, "true")["permissionDecision"]).toBe("deny");
  });

  it("G-02 refuses when a part of the installation is gone", () => {
    const ground = bubblewrapGround();
    rmSync(path.join(libexec(ground), "pre-tool-use.cjs"));
    expect(rawHook(ground, event({ cwd: ground.project })).status).toBe(2);
  });

  it("G-02 refuses when the hook prints something else than one JSON object", () => {
    for (const text of ["", "hello", '{"half":', "[]"]) {
      const ground = bubblewrapGround();
      const part = path.join(libexec(ground), "pre-tool-use.cjs");
      writeFileSync(part, `process.stdout.write(${JSON.stringify(text)})`);
      expect(rawHook(ground, event({ cwd: ground.project })).status, text).toBe(2);
    }
  });

  it("G-02 refuses settings that are no regular file, and does not wait for them", () => {
    for (const make of [
      (file: string) => execFileSync("mkfifo", [file]),
      (file: string) => {
        symlinkSync("/dev/zero", file);
      },
      (file: string) => {
        mkdirSync(file);
      },
    ]) {
      const ground = bubblewrapGround();
      const file = path.join(ground.project, ".claude/settings.json");
      mkdirSync(path.dirname(file), { recursive: true });
      make(file);
      const reply = askHook(ground, "true");
      expect([reply["permissionDecision"], reply["permissionDecisionReason"]]).toEqual([
        "deny",
        expect.stringContaining(`${file} exists but cannot be read`),
      ]);
    }
  });

  it("G-02 refuses when the hook hangs, before the client gives up on it", () => {
    const ground = bubblewrapGround();
    const script = path.join(libexec(ground), "hook");
    const text = readFileSync(script, "utf8");
    expect(Number(/^deadline=(\d+)$/m.exec(text)?.[1])).toBeLessThan(TIMEOUT_SECONDS.failsClosed);
    writeFileSync(script, text.replace(/^deadline=.*$/m, "deadline=1"));
    for (const hang of ["for (;;);", "setInterval(() => {}, 1 << 30)"]) {
      writeFileSync(path.join(libexec(ground), "pre-tool-use.cjs"), hang);
      expect(rawHook(ground, event({ cwd: ground.project })).status).toBe(2);
    }
  });

  it("G-02 refuses while a repository's settings put something in the gate's place, until it is trusted", () => {
    const ground = bubblewrapGround();
    const user = path.join(ground.home, ".claude/settings.json");
    const settings = JSON.parse(readFileSync(user, "utf8")) as Record<string, unknown>;
    const gate = path.join(libexec(ground), "shell-gate");
    writeFileSync(user, JSON.stringify({ ...settings, env: { CLAUDE_CODE_SHELL_PREFIX: gate } }));
    const project = path.join(ground.project, ".claude/settings.json");
    mkdirSync(path.dirname(project), { recursive: true });
    for (const prefix of ["", "/usr/bin/env"]) {
      writeFileSync(project, JSON.stringify({ env: { CLAUDE_CODE_SHELL_PREFIX: prefix } }));
      const reply = askHook(ground, "true");
      expect([reply["permissionDecision"], reply["permissionDecisionReason"]]).toEqual([
        "deny",
        expect.stringMatching(/settings\.json sets CLAUDE_CODE_SHELL_PREFIX[\s\S]*sandhook trust/),
      ]);
    }
    writeFileSync(project, JSON.stringify({ env: { CLAUDE_CODE_SHELL_PREFIX: gate } }));
    expect(askHook(ground, "true")["updatedInput"]).toBeDefined();
  });

  it("G-02 ends in 125, and runs nothing, when the sandbox cannot start", async () => {
    const ground = bubblewrapGround();
    const line = rewrite(ground, "touch canary");
    const filter = path.join(libexec(ground), `seccomp-${process.arch}.bpf`);
    rmSync(filter);
    const missing = await startLine(ground, line).ended;
    expect([missing.code, missing.stderr]).toEqual([125, expect.stringContaining("was not run")]);
    const again = rewrite(ground, "touch canary");
    writeFileSync(filter, "not a program");
    execFileSync("chmod", ["644", filter]);
    const broken = await startLine(ground, again).ended;
    expect([broken.code, broken.stderr]).toEqual([
      125,
      expect.stringContaining("could not start the sandbox"),
    ]);
    expect(existsSync(path.join(ground.project, "canary"))).toBe(false);
  });
});
