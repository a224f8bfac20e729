import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE, OLDEST_RELEASE } from "../support/client-release.ts";
import { type ClientOptions, type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash, type Call } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

type Settings = { readonly sandhook?: object; readonly env?: object } & Record<string, unknown>;

interface Scene extends Partial<Pick<ClientOptions, "permissionMode" | "allowedTools" | "release">> {
  readonly engine: "bubblewrap" | "docker";
  readonly calls: readonly Call[];
  readonly sandhook?: Record<string, unknown>;
  readonly change?: (settings: Settings) => Settings;
}

interface Played extends ClientRun {
  readonly user: TempHome;
}

async function play({ engine, calls, sandhook = {}, change, ...options }: Scene): Promise<Played> {
  const user = makeTempHome({ git: true, files: { "project/kept": "text\n" } });
  const { release = NEWEST_RELEASE } = options;
  installProduct(user, { engine, clientVersion: release });
  const file = join(user.home, ".claude/settings.json");
  const installed = JSON.parse(readFileSync(file, "utf8")) as Settings;
  const merged = { ...installed, sandhook: { ...installed.sandhook, ...sandhook } };
  writeFile(file, change?.(merged) ?? merged);
  const script = calls.map((call) => ({ calls: [call] }));
  const run = await runClient({ ...options, release, user, script });
  return { ...run, user };
}

/** A call's result without what the runner says about making the project's container. */
const text = (run: ClientRun, id: string): string =>
  run.results.get(id)?.text.replaceAll(/^sandhook: (?:starting|making|building|creating)[^\n]*\n/gm, "") ??
  `no result of ${id}: ${run.stderr}`;
const failed = (run: ClientRun, id: string): boolean | undefined => run.results.get(id)?.isError;

interface Denial {
  readonly tool_input: { readonly command: string };
}

/** What the client would have asked about, in a session that nobody watches. */
function deniedCommands(run: ClientRun): readonly string[] {
  const last = run.messages.find(({ type }) => type === "result");
  return ((last?.["permission_denials"] ?? []) as Denial[]).map(({ tool_input }) => tool_input.command);
}

const left = (run: Played): readonly string[] =>
  readdirSync(join(run.user.home, ".local/share/sandhook/tickets"));

describe.each(["bubblewrap", "docker"] as const)("with %s, the real client", (engine) => {
  describe.runIf(engineAvailable(engine))("sees the original command", () => {
    it("in plan mode, where a command can read and not write", async () => {
      const run = await play({
        engine,
        permissionMode: "plan",
        allowedTools: ["Bash"],
        calls: [
          bash("list", "ls"),
          bash("write", "touch made; touch ~/canary; cat /proc/1/comm"),
          bash("redirect", "echo x > kept"),
        ],
      });
      expect(text(run, "list")).toBe("kept");
      expect(text(run, "write")).not.toMatch(/systemd|init|tini|node/);
      expect([existsSync(join(run.user.project, "made")), existsSync(join(run.user.home, "canary"))]).toEqual(
        [false, false],
      );
      expect(readFileSync(join(run.user.project, "kept"), "utf8")).toBe("text\n");
    });

    it("when it asks, and when grep finds nothing; what asks and is declined does not run", async () => {
      const run = await play({
        engine,
        permissionMode: "default",
        sandhook: { autoAllow: false },
        calls: [bash("asks", "touch asked && touch ~/canary"), bash("grep", "grep nothing-like-it kept")],
      });
      expect(deniedCommands(run)).toEqual(["touch asked && touch ~/canary"]);
      expect([failed(run, "grep"), text(run, "grep")]).toEqual([
        false,
        expect.stringMatching(/no output|^$|No matches/),
      ]);
      expect(existsSync(join(run.user.project, "asked"))).toBe(false);
      expect(left(run)).toHaveLength(1);
    });
  });
});

describe.runIf(engineAvailable("bubblewrap"))("sandhook.mechanism", () => {
  it("gate: everything goes through the gate, and is inside", async () => {
    const run = await play({
      engine: "bubblewrap",
      sandhook: { mechanism: "gate" },
      calls: [
        bash("inside", "touch ~/canary 2>/dev/null; cat /proc/1/comm; echo $SANDHOOK_COMMAND"),
        bash("move", "mkdir -p sub && cd sub"),
        bash("where", "pwd"),
        bash("twice", "pwd"),
        bash("code", "exit 7"),
        bash("diff", "echo a > a; diff a ../kept"),
        bash("explained", "touch ../.git/hooks/x"),
        bash("background", "touch ../ran-in-background", { run_in_background: true }),
        bash("wait", "until test -e ../ran-in-background; do sleep 0.1; done"),
      ],
    });
    expect(text(run, "inside")).toMatch(/^(bwrap|bash)$/m);
    expect([text(run, "where"), text(run, "twice")]).toEqual(Array(2).fill(join(run.user.project, "sub")));
    expect(text(run, "code")).toMatch(/^Exit code 7\b/);
    expect([failed(run, "diff"), text(run, "diff")]).toEqual([false, expect.stringContaining("> text")]);
    expect(existsSync(join(run.user.home, "canary"))).toBe(false);
    expect(left(run)).toEqual([]);
    expect(JSON.stringify(run.messages)).not.toContain("sandhook-run");
    expect(JSON.stringify(run.requests)).toContain(
      `${run.user.project}/.git/hooks stays as it is during sandboxed commands`,
    );
  });

  it("rewrite: grep that finds nothing is an error, since the client judges our line", async () => {
    const run = await play({
      engine: "bubblewrap",
      sandhook: { mechanism: "rewrite" },
      calls: [bash("grep", "grep nothing-like-it kept")],
    });
    expect(failed(run, "grep")).toBe(true);
  });

  it("gate: refuses where the session has no gate", async () => {
    const calls = [bash("one", "touch made")];
    const change = (settings: Settings): Settings => ({ ...settings, env: {} });
    const run = await play({ engine: "bubblewrap", sandhook: { mechanism: "gate" }, calls, change });
    expect(text(run, "one")).toMatch(/mechanism is gate[\s\S]*no shell gate/);
    expect(existsSync(join(run.user.project, "made"))).toBe(false);
  });

  it("auto: the oldest release, whose gate does not know its session, is rewritten", async () => {
    const run = await play({
      engine: "bubblewrap",
      release: OLDEST_RELEASE,
      calls: [bash("grep", "touch ~/canary; grep text kept")],
    });
    expect(text(run, "grep")).toContain("text");
    expect(existsSync(join(run.user.home, "canary"))).toBe(false);
    expect(existsSync(join(run.user.home, ".local/share/sandhook/tickets"))).toBe(false);
  });
});
