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

interface Step {
  /** What our settings say while the call is made; hook and gate read them for every call. */
  readonly sandhook: object;
  readonly call: Call;
}

/** Plays calls in a product that is installed with its gate; without the hook, as when it was lost, if asked. */
async function play(steps: readonly Step[], hook = true): Promise<Played> {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "bubblewrap" });
  const file = join(user.home, ".claude/settings.json");
  const settings = JSON.parse(readFileSync(file, "utf8")) as Settings;
  expect(settings["env"]).toHaveProperty("CLAUDE_CODE_SHELL_PREFIX");
  const use = (sandhook: object): void => {
    const hooks = hook ? settings.hooks : {};
    writeFile(file, { ...settings, hooks, sandhook: { engine: "bubblewrap", ...sandhook } });
  };
  use(steps[0]?.sandhook ?? {});
  const run = await runClient({
    release: NEWEST_RELEASE,
    user,
    script: ({ turn }) => {
      const step = steps[turn];
      if (step === undefined) return { calls: [] };
      use(step.sandhook);
      return { calls: [step.call] };
    },
  });
  return { ...run, user };
}

const text = (run: ClientRun, id: string): string => run.results.get(id)?.text ?? `no result: ${run.stderr}`;
const made = ({ user }: Played, name: string): boolean => existsSync(join(user.home, name));

const OUT = { dangerouslyDisableSandbox: true };

describe.runIf(engineAvailable("bubblewrap"))("the real client, with hook and gate", () => {
  it("runs outside what policy lets out, and nothing else; asks, which print mode refuses; runs inside by default", async () => {
    const open = { unsandboxed: "allow", excludedCommands: ["touch *", "cd *"] };
    const run = await play([
      ...[
        bash("asked", "touch ~/asked && mkdir -p sub && cd sub", OUT),
        bash("where", "pwd"),
        bash("excluded", "cd .. && touch ../home/excluded"),
        bash("compound", "touch ~/compound; id"),
        bash("plain", "echo x > ~/plain"),
        bash("code", "exit 7", OUT),
      ].map((call) => ({ sandhook: open, call })),
      { sandhook: { unsandboxed: "ask" }, call: bash("asks", "touch ~/asks", OUT) },
      { sandhook: {}, call: bash("in", "touch ~/denied; cat /proc/1/comm", OUT) },
    ]);
    expect(text(run, "where")).toBe(join(run.user.project, "sub"));
    expect(text(run, "code")).toMatch(/^Exit code 7\b/);
    expect(run.results.get("asks")?.isError).toBe(true);
    expect(text(run, "in")).toMatch(/^(bwrap|bash)$/m);
    const names = ["asked", "excluded", "compound", "plain", "asks", "denied"];
    expect(names.filter((name) => made(run, name))).toEqual(["asked", "excluded"]);
    const records = auditRecords(run.user);
    const outside = records.filter(({ decision }) => decision === "outside");
    const runs = records.filter(({ event, engine }) => event === "run" && engine === "host");
    expect(outside.map(({ command, permission }) => [command, permission])).toEqual([
      ["touch ~/asked && mkdir -p sub && cd sub", "undecided"],
      ["cd .. && touch ../home/excluded", "undecided"],
      ["exit 7", "undecided"],
      ["touch ~/asks", "ask"],
    ]);
    expect(runs.map(({ job, exit }) => [job, exit])).toEqual(
      outside.slice(0, 3).map(({ job }, at) => [job, at === 2 ? 7 : 0]),
    );
  });

  it("runs inside what comes to the gate alone, whatever policy lets out", async () => {
    const sandhook = { unsandboxed: "allow", excludedCommands: ["touch *"] };
    const run = await play([{ sandhook, call: bash("lost", "touch ~/lost", OUT) }], false);
    expect(run.results.get("lost")?.isError).toBe(true);
    expect(made(run, "lost")).toBe(false);
  });
});
