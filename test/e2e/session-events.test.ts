import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE, OLDEST_RELEASE } from "../support/client-release.ts";
import { type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct, runSandhook } from "../support/installed.ts";
import { bash, type Turn } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

type Settings = { hooks: Record<string, unknown[]>; env?: unknown } & Record<string, unknown>;

const settingsFile = (user: TempHome): string => join(user.home, ".claude/settings.json");

function editSettings(user: TempHome, edit: (settings: Settings) => Settings): void {
  const settings = JSON.parse(readFileSync(settingsFile(user), "utf8")) as Settings;
  writeFile(settingsFile(user), edit(settings));
}

const said = (run: ClientRun): string => JSON.stringify(run.requests);

describe.runIf(engineAvailable("bubblewrap"))("the events of a session", () => {
  it.each([OLDEST_RELEASE, NEWEST_RELEASE])(
    "tell the model of %s what the sandbox allows, and make the gate known",
    async (release) => {
      const user = makeTempHome({ git: true });
      const before = '{\n  "cleanupPeriodDays": 30\n}\n';
      writeFile(settingsFile(user), before);
      installProduct(user, { engine: "bubblewrap", clientVersion: release });
      const run = await runClient({ release, user, script: [{ calls: [bash("where", "pwd")] }] });
      expect(run.results.get("where")?.text).toBe(user.project);
      expect(said(run)).toMatch(/Shell commands run in a sandbox \(sandhook, bubblewrap\): they can write/);
      expect(said(run)).toMatch(/they (?:have no network|reach [^\n]*no other host)/);
      expect(readdirSync(join(user.home, ".local/share/sandhook/gates"))).toHaveLength(1);
      runSandhook(user, ["uninstall", "--yes"]);
      expect(readFileSync(settingsFile(user), "utf8")).toBe(before);
    },
  );

  it("let a session start, and tell the model, when the configuration cannot be used", async () => {
    const user = makeTempHome({ git: true });
    installProduct(user, { engine: "bubblewrap" });
    editSettings(user, (settings) => ({ ...settings, sandhook: { engin: "docker" } }));
    const script = [{ calls: [bash("one", "touch canary")] }];
    const run = await runClient({ release: NEWEST_RELEASE, user, script });
    expect(said(run)).toContain("sandhook refuses every shell command at the moment");
    expect(run.results.get("one")?.isError).toBe(true);
    expect(existsSync(join(user.project, "canary"))).toBe(false);
  });
});

/**
 * A session in which the repository's settings switch all hooks off. A hook of the test's own marks that the client has
 * seen the change; calls follow until one runs outside, or ten did not.
 */
async function switchOff(guarded: boolean): Promise<TempHome> {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "bubblewrap" });
  // The client watches the folders that are there when it starts.
  writeFile(join(user.project, ".claude/settings.json"), {});
  const seen = join(user.project, "seen");
  const mark = { hooks: [{ type: "command", command: `touch '${seen}'` }] };
  editSettings(user, ({ hooks, ...settings }) => ({
    ...settings,
    env: {},
    hooks: { ...hooks, ConfigChange: [...(guarded ? (hooks["ConfigChange"] ?? []) : []), mark] },
  }));
  const canary = join(user.home, "canary");
  const play = (turn: number): Turn => {
    if (turn === 1) writeFile(join(user.project, ".claude/settings.json"), { disableAllHooks: true });
    if (turn === 1) return { calls: [bash("wait", `until test -e '${seen}'; do sleep 0.1; done`)] };
    if (turn > 11 || existsSync(canary)) return { text: "done" };
    return { calls: [bash(`call${turn}`, `touch '${canary}' 2>/dev/null; sleep 0.2`)] };
  };
  await runClient({ release: NEWEST_RELEASE, user, script: ({ turn }) => play(turn) });
  expect(existsSync(seen)).toBe(true);
  return user;
}

describe.runIf(engineAvailable("bubblewrap"))(
  "a repository that switches all hooks off during a session",
  () => {
    it("is not followed with the guard of the settings", async () => {
      expect(existsSync(join((await switchOff(true)).home, "canary"))).toBe(false);
    });

    it("is followed without it", async () => {
      expect(existsSync(join((await switchOff(false)).home, "canary"))).toBe(true);
    });
  },
);
