import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditRecords } from "../support/audit-records.ts";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash, type Call } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

type Settings = { hooks?: unknown } & Record<string, unknown>;

interface Played extends ClientRun {
  readonly user: TempHome;
}

/** Plays calls in a product that is installed with its gate; without the hook, as when it was lost, if asked. */
async function play(sandhook: object, calls: readonly Call[], hook = true): Promise<Played> {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "bubblewrap" });
  const file = join(user.home, ".claude/settings.json");
  const settings = JSON.parse(readFileSync(file, "utf8")) as Settings;
  expect(settings["env"]).toHaveProperty("CLAUDE_CODE_SHELL_PREFIX");
  const hooks = hook ? settings.hooks : {};
  writeFile(file, { ...settings, hooks, sandhook: { engine: "bubblewrap", ...sandhook } });
  const run = await runClient({
    release: NEWEST_RELEASE,
    user,
    script: calls.map((call) => ({ calls: [call] })),
  });
  return { ...run, user };
}

const text = (run: ClientRun, id: string): string => run.results.get(id)?.text ?? `no result: ${run.stderr}`;
const made = ({ user }: Played, name: string): boolean => existsSync(join(user.home, name));

const OUT = { dangerouslyDisableSandbox: true };

describe.runIf(engineAvailable("bubblewrap"))("the real client, with hook and gate", () => {
  it("runs outside what policy lets out, and nothing else", async () => {
    const run = await play({ unsandboxed: "allow", excludedCommands: ["touch *", "cd *"] }, [
      bash("asked", "touch ~/asked && mkdir -p sub && cd sub", OUT),
      bash("where", "pwd"),
      bash("excluded", "cd .. && touch ../home/excluded"),
      bash("compound", "touch ~/compound; id"),
      bash("plain", "echo x > ~/plain"),
      bash("code", "exit 7", OUT),
    ]);
    expect(text(run, "where")).toBe(join(run.user.project, "sub"));
    expect(text(run, "code")).toMatch(/^Exit code 7\b/);
    const there = ["asked", "excluded", "compound", "plain"].filter((name) => made(run, name));
    expect(there).toEqual(["asked", "excluded"]);
    const outside = auditRecords(run.user).filter(({ decision }) => decision === "outside");
    const runs = auditRecords(run.user).filter(({ event, engine }) => event === "run" && engine === "host");
    expect(outside.map(({ command }) => command)).toEqual([
      "touch ~/asked && mkdir -p sub && cd sub",
      "cd .. && touch ../home/excluded",
      "exit 7",
    ]);
    expect(runs.map(({ job, exit }) => [job, exit])).toEqual(
      outside.map(({ job }, at) => [job, at === 2 ? 7 : 0]),
    );
  });

  it("asks first, which print mode refuses, and runs inside by default", async () => {
    const asked = await play({ unsandboxed: "ask" }, [bash("out", "touch ~/asked", OUT)]);
    expect([asked.results.get("out")?.isError, made(asked, "asked")]).toEqual([true, false]);
    const denied = await play({}, [bash("in", "touch ~/denied; cat /proc/1/comm", OUT)]);
    expect(text(denied, "in")).toMatch(/^(bwrap|bash)$/m);
    expect(made(denied, "denied")).toBe(false);
  });

  it("runs inside what comes to the gate alone, whatever policy lets out", async () => {
    const settings = { unsandboxed: "allow", excludedCommands: ["touch *"] };
    const run = await play(settings, [bash("lost", "touch ~/lost", OUT)], false);
    expect(run.results.get("lost")?.isError).toBe(true);
    expect(made(run, "lost")).toBe(false);
  });
});
