import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostPath } from "../../src/core/paths.ts";
import { residentFolders, talkToResident } from "../../src/runtime/resident/talk.ts";
import type { ResidentStatus } from "../../src/runtime/resident/serve.ts";
import { until } from "../engines/ground.ts";
import { runSandhook, userVariables } from "../support/installed.ts";
import { helperBuilt } from "../support/resident-ground.ts";
import { makeTempHome, type TempHome } from "../support/temp-home.ts";

const INSTALL = ["install", "--yes", "--no-check", "--client-version", "2.1.330"];

const stateOf = (user: TempHome): string => join(user.home, ".local/share/sandhook");
const versionOf = (user: TempHome): string => readlinkSync(join(stateOf(user), "current"));
const hasHelper = (user: TempHome): boolean => existsSync(join(stateOf(user), "current/libexec/helper"));

/** Sends a call through the command that was registered. */
function callHook(user: TempHome): string {
  const settings = JSON.parse(readFileSync(join(user.home, ".claude/settings.json"), "utf8")) as {
    hooks: { PreToolUse: { hooks: { command: string; args: string[] }[] }[] };
  };
  const handler = settings.hooks.PreToolUse[0]?.hooks[0];
  const args = (handler?.args ?? []).map((word) => word.replace("${CLAUDE_PROJECT_DIR}", user.project));
  const event = {
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    cwd: user.project,
    tool_input: { command: "true" },
  };
  const input = JSON.stringify(event);
  return spawnSync(handler?.command ?? "", args, { input, encoding: "utf8", env: userVariables(user) })
    .stdout;
}

async function statusOf(user: TempHome): Promise<ResidentStatus | undefined> {
  const [folder] = residentFolders(hostPath(stateOf(user)));
  return folder === undefined ? undefined : talkToResident(folder, "status").catch(() => undefined);
}

function findings(user: TempHome): string[] {
  const { PATH = "", ...variables } = userVariables(user);
  const program = join(stateOf(user), "current/sandhook.mjs");
  const { stdout } = spawnSync(process.execPath, [program, "doctor", "--json"], {
    env: { ...variables, PATH },
    cwd: user.project,
    encoding: "utf8",
  });
  return (JSON.parse(stdout) as { findings: { code: string }[] }).findings.map(({ code }) => code);
}

describe.runIf(helperBuilt)("the resident process of an installation", () => {
  it("is installed unless it is not wanted, and is part of what makes a version", () => {
    const user = makeTempHome();
    runSandhook(user, INSTALL);
    const first = versionOf(user);
    expect(hasHelper(user)).toBe(true);
    expect(runSandhook(user, INSTALL)).toContain("everything was installed already\n");
    runSandhook(user, [...INSTALL, "--no-resident"]);
    expect(hasHelper(user)).toBe(false);
    expect(versionOf(user)).not.toBe(first);
    expect(findings(user)).toContain("resident.none");
    expect(JSON.parse(callHook(user))).toHaveProperty("hookSpecificOutput");
    expect(readdirSync(stateOf(user))).not.toContain("resident");
  });

  it("answers the registered hook, is seen by doctor, and ends with the installation", async () => {
    const user = makeTempHome();
    runSandhook(user, INSTALL);
    expect(findings(user)).toContain("resident.asleep");
    callHook(user);
    let status: ResidentStatus | undefined;
    for (let tries = 0; status === undefined && tries < 600; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = await statusOf(user);
    }
    expect(JSON.parse(callHook(user))).toHaveProperty("hookSpecificOutput");
    expect(await statusOf(user)).toMatchObject({ pid: status?.pid });
    expect(findings(user)).toContain("resident.alive");
    runSandhook(user, ["uninstall", "--yes"]);
    await until(() => !existsSync(`/proc/${String(status?.pid)}/cwd/`));
    expect(readdirSync(stateOf(user))).not.toContain("resident");
  });
});
