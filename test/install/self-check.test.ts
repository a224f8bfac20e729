import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install, wantedGroups } from "../../src/install/install.ts";
import { runProcess } from "../../src/install/run-process.ts";
import {
  type Runner,
  SAMPLE_COMMAND,
  type SelfCheck,
  checkInstallation,
} from "../../src/install/self-check.ts";
import { makeTempHome } from "../support/temp-home.ts";
import { installOptions, rootOf } from "./fake-product.ts";

const reply = (output: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", ...output } });

const rewriteTo = (command: string): string =>
  reply({ permissionDecision: "allow", updatedInput: { command } });

function makeScript(text: string): string {
  const file = join(makeTempHome().root, "gate it is");
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

/** Checks an installation whose hook prints `stdout`, says `stderr` and ends with `code`. */
async function check(
  stdout: string,
  { code = 0, stderr = "", gate }: { code?: number; stderr?: string; gate?: string } = {},
): Promise<SelfCheck> {
  const user = makeTempHome();
  const options = installOptions(user);
  await install(options, () => undefined);
  const [wanted] = wantedGroups("user", options.environment, options.client);
  const [handler] = wanted?.group.hooks ?? [];
  if (handler === undefined) throw new Error("nothing is registered");
  writeFileSync(join(user.home, "answer"), stdout);
  const hook = `cat >/dev/null; cat "$HOME/answer"; echo '${stderr}' >&2; exit ${String(code)}\n`;
  writeFileSync(join(rootOf(user), "current/libexec/hook"), hook);
  const run: Runner = (one) => runProcess({ ...one, variables: { ...one.variables, HOME: user.home } });
  return checkInstallation({ handler, gate, project: user.project, run });
}

describe("the self-check", () => {
  it("shows what a sandboxed sample saw, before and after", async () => {
    expect(await check(rewriteTo("echo inside"))).toEqual({
      kind: "sandboxed",
      before: expect.stringMatching(
        /^user .+\nmachine .+\nnamespace .+\nprocesses seen \d+\nsettings writable\n$/,
      ) as string,
      after: "inside\n",
      rewritten: "echo inside",
    });
  });

  it("says that commands are unprotected when the gate runs a line as it is", async () => {
    const gate = makeScript('#!/bin/sh\nexec /bin/bash -c "$1"\n');
    expect(await check(rewriteTo("echo inside"), { gate })).toMatchObject({ kind: "unprotected" });
  });

  it("reports a gate that does not work", async () => {
    const gate = "/nonexistent/shell-gate";
    expect(await check(rewriteTo("echo inside"), { gate })).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("exit code 127") as string,
    });
  });

  it("passes on what the hook said when it refuses", async () => {
    expect(await check("", { code: 2, stderr: "no engine" })).toEqual({
      kind: "refused",
      reason: "no engine",
    });
  });

  it("passes on the reason of a denial", async () => {
    const denied = reply({ permissionDecision: "deny", permissionDecisionReason: "closed" });
    expect(await check(denied)).toEqual({ kind: "refused", reason: "closed" });
  });

  it("reports a sandbox that does not work", async () => {
    expect(await check(rewriteTo("echo broken >&2; exit 125"))).toEqual({
      kind: "failed",
      rewritten: "echo broken >&2; exit 125",
      reason: "exit code 125: broken",
    });
  });

  it.each([
    ["nothing", ""],
    ["words", "hello"],
    ["half an object", '{"hookSpecificOutput":'],
  ])("reports a refusal when the hook prints %s", async (_, stdout) => {
    expect((await check(stdout)).kind).toBe("refused");
  });

  it.each([
    ["answers for another event", '{"hookSpecificOutput":{"hookEventName":"Stop"}}'],
    ["allows without a rewrite", reply({ permissionDecision: "allow" })],
    ["rewrites to something without a command", reply({ updatedInput: {} })],
  ])("says that commands are unprotected when the hook %s", async (_, stdout) => {
    expect((await check(stdout)).kind).toBe("unprotected");
  });

  it("says that commands are unprotected when the rewritten sample sees the machine", async () => {
    expect(await check(rewriteTo(`${SAMPLE_COMMAND}; :`))).toMatchObject({
      kind: "unprotected",
      reason: expect.stringContaining("saw what the machine sees") as string,
    });
  });
});

describe("running a process", () => {
  it("counts a program that cannot be started as 127", async () => {
    const run = { file: "/nonexistent", args: [], cwd: "/", stdin: "x", variables: {} };
    expect((await runProcess(run)).exitCode).toBe(127);
  });

  it("counts a killed one as 128 and its signal", async () => {
    const run = { file: "/bin/sh", args: ["-c", "kill -9 $$"], cwd: "/", stdin: "", variables: {} };
    expect((await runProcess(run)).exitCode).toBe(137);
  });
});
