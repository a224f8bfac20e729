import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../src/core/audit.ts";
import { askHook, type Asked, call, type Ground, rewrite, startLine } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";
import { records } from "../support/ground-cli.ts";

/** Succeeds on the host only: the sandbox's home folder is read-only. */
const ESCAPE = "touch ~/canary";
const escaped = ({ home }: Ground): boolean => existsSync(path.join(home, "canary"));

const state = ({ home }: Ground): string => path.join(home, ".local/share/sandhook");

/** Leaves, and runs on the host. */
const log = async (ground: Ground): Promise<AuditRecord[]> =>
  (await records(ground)).filter(({ decision, engine }) => decision === "outside" || engine === "host");

/** A call that asks to run outside. */
const OUT: Asked = { input: { dangerouslyDisableSandbox: true } };

function projectSettings({ project }: Ground, settings: unknown): void {
  mkdirSync(path.join(project, ".claude"), { recursive: true });
  writeFileSync(path.join(project, ".claude/settings.json"), JSON.stringify(settings));
}

describe.runIf(engineAvailable("bubblewrap"))("a run outside of the sandbox", () => {
  it.each([
    ["by default", {}],
    ["with unsandboxed deny", { unsandboxed: "deny", excludedCommands: ["touch *"] }],
  ])("G-11 is not had %s", async (_, settings) => {
    const ground = bubblewrapGround(settings);
    const reply = askHook(ground, ESCAPE, undefined, OUT);
    expect(reply).toMatchObject({ permissionDecision: "allow" });
    expect(reply["permissionDecisionReason"]).toMatch(
      /^sandboxed by bubblewrap; dangerouslyDisableSandbox has no effect/,
    );
    await call(ground, ESCAPE, undefined, OUT);
    expect([escaped(ground), await log(ground)]).toEqual([false, []]);
  });

  it("G-11 is asked for, runs as the client would run it, and is recorded", async () => {
    const ground = bubblewrapGround({ unsandboxed: "ask", env: { deny: ["HOST_*"] } });
    const command = `${ESCAPE}; cd .. && printf '%s\\n' "it's" "$(echo sub)" "[$HOST_VARIABLE]"; (exit 7) || pwd`;
    const reply = askHook(ground, command, undefined, OUT);
    expect(reply).toMatchObject({
      permissionDecision: "ask",
      permissionDecisionReason: "runs OUTSIDE of the sandbox (dangerouslyDisableSandbox)",
    });
    expect(reply["updatedInput"]).not.toHaveProperty("dangerouslyDisableSandbox");
    const { stdout, cwd, code } = await startLine(
      ground,
      (reply["updatedInput"] as { command: string }).command,
    ).ended;
    expect([code, stdout.toString(), cwd]).toEqual([0, `it's\nsub\n[]\n${ground.root}\n`, ground.root]);
    expect(escaped(ground)).toBe(true);
    expect((await call(ground, "exit 7", undefined, OUT)).code).toBe(7);
    const reason = "runs OUTSIDE of the sandbox (dangerouslyDisableSandbox)";
    expect(await log(ground)).toMatchObject([
      { event: "decision", session: "s", toolUse: "t", reason, command },
      { event: "run", exit: 0 },
      { event: "decision", command: "exit 7" },
      { event: "run", exit: 7 },
    ]);
  });

  it("G-11 happens once, in its session, within ten minutes", async () => {
    const ground = bubblewrapGround({ unsandboxed: "allow" });
    const line = rewrite(ground, "echo x >> ~/ran", undefined, OUT);
    const ended = await Promise.all(Array.from({ length: 4 }, () => startLine(ground, line).ended));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 125, 125, 125]);
    expect(readFileSync(path.join(ground.home, "ran"), "utf8")).toBe("x\n");
    const foreign = rewrite(ground, ESCAPE, undefined, OUT);
    const other = await startLine(ground, `export CLAUDE_CODE_SESSION_ID=other; ${foreign}`).ended;
    expect([other.code, other.stderr]).toEqual([125, expect.stringContaining("another session")]);
    const late = rewrite(ground, ESCAPE, undefined, OUT);
    const [job = ""] = readdirSync(path.join(state(ground), "jobs")).filter((name) => late.includes(name));
    const script = path.join(state(ground), "jobs", job, "run");
    const text = readFileSync(script, "utf8");
    writeFileSync(
      script,
      text.replace(/run_outside (\d+)/, (_, at) => `run_outside ${Number(at) - 601}`),
    );
    const tooLate = await startLine(ground, late).ended;
    expect([tooLate.code, tooLate.stderr]).toEqual([125, expect.stringContaining("has ended")]);
    expect(escaped(ground)).toBe(false);
  });

  it("G-11 does not pass to another call that repeats the line", async () => {
    const ground = bubblewrapGround({ unsandboxed: "ask" });
    const line = rewrite(ground, ESCAPE, undefined, OUT);
    for (const asked of [{ toolUseId: "u" }, { sessionId: "other" }])
      await call(ground, line, undefined, asked);
    expect(escaped(ground)).toBe(false);
    expect(rewrite(ground, line)).toBe(line);
  });

  it("G-11 is refused when it cannot be recorded, though config requires no record", async () => {
    const ground = bubblewrapGround({ unsandboxed: "allow" });
    const audit = path.join(state(ground), "audit");
    const line = rewrite(ground, ESCAPE, undefined, OUT);
    const jobs = readdirSync(path.join(state(ground), "jobs"));
    rmSync(audit, { recursive: true });
    writeFileSync(audit, "in the way");
    expect(askHook(ground, ESCAPE, undefined, OUT)).toMatchObject({
      permissionDecision: "deny",
      permissionDecisionReason: expect.stringContaining("may not go unrecorded") as string,
    });
    expect(readdirSync(path.join(state(ground), "jobs"))).toEqual(jobs);
    // One that the hook could record, and the runner cannot.
    expect(await startLine(ground, line).ended).toMatchObject({ code: 125 });
    expect(escaped(ground)).toBe(false);
  });

  it("G-11 is not a project's to give, and not had with a project's variables or in plan mode", () => {
    const ground = bubblewrapGround();
    projectSettings(ground, { sandhook: { unsandboxed: "allow", excludedCommands: ["touch *"] } });
    const reasons = [askHook(ground, ESCAPE, undefined, OUT), askHook(ground, ESCAPE)];
    const free = bubblewrapGround({ unsandboxed: "allow" });
    reasons.push(askHook(free, ESCAPE, undefined, { ...OUT, permissionMode: "plan" }));
    projectSettings(free, { env: { PATH: "/evil" } });
    reasons.push(askHook(free, ESCAPE, undefined, OUT));
    for (const reply of reasons) expect(JSON.stringify(reply)).not.toContain("OUTSIDE");
    expect(reasons[3]?.["permissionDecisionReason"]).toContain(
      "settings.json sets variables and is not trusted",
    );
  });
});

describe.runIf(engineAvailable("bubblewrap"))("excludedCommands", () => {
  it("G-13 lets a line out only when every command of it matches", async () => {
    const ground = bubblewrapGround({ unsandboxed: "allow", excludedCommands: ["touch *", "true"] });
    for (const line of [`${ESCAPE}; id`, `${ESCAPE} > x`, `${ESCAPE} $(id)`, `PATH=/evil ${ESCAPE}`])
      await call(ground, line);
    expect([escaped(ground), await log(ground)]).toEqual([false, []]);
    await call(ground, `true && ${ESCAPE.replace("~", ground.home)} 2>&1`);
    expect(escaped(ground)).toBe(true);
    expect((await log(ground))[0]?.reason).toContain("excludedCommands of /");
  });
});
