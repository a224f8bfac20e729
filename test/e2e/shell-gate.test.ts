import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct, runSandhook } from "../support/installed.ts";
import { bash, type Call } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const RELEASES = ["2.0.76", "2.1.330"] as const;

type Settings = { hooks?: unknown; env?: Record<string, string> } & Record<string, unknown>;

const settingsFile = (user: TempHome): string => join(user.home, ".claude/settings.json");

function editSettings(user: TempHome, edit: (settings: Settings) => Settings): void {
  const settings = JSON.parse(readFileSync(settingsFile(user), "utf8")) as Settings;
  writeFile(settingsFile(user), edit(settings));
}

/** Without the hook, as when it was lost. */
const gateOnly = (user: TempHome): void => {
  editSettings(user, (settings) => ({ ...settings, hooks: {} }));
};

interface Played extends ClientRun {
  readonly user: TempHome;
}

async function play(
  release: string,
  calls: readonly Call[],
  prepare: { before?: (user: TempHome) => void; after?: (user: TempHome) => void } = {},
): Promise<Played> {
  const user = makeTempHome({ git: true });
  prepare.before?.(user);
  installProduct(user, { engine: "bubblewrap", clientVersion: release });
  prepare.after?.(user);
  const run = await runClient({ release, user, script: calls.map((call) => ({ calls: [call] })) });
  return { ...run, user };
}

const text = (run: ClientRun, id: string): string => run.results.get(id)?.text ?? `no result: ${run.stderr}`;

/** Writes a file where no sandboxed command can. */
const canary = "touch /tmp/../canary-of-the-gate; touch ~/canary 2>/dev/null; ";
const escaped = (run: Played): boolean =>
  existsSync("/canary-of-the-gate") || existsSync(join(run.user.home, "canary"));

describe.runIf(engineAvailable("bubblewrap")).each(RELEASES)("the shell gate on %s", (release) => {
  it.each([
    ["alone", gateOnly],
    ["with the hook", () => undefined],
  ])("%s runs commands inside, as the client would outside", async (_, after) => {
    const calls = [
      bash("inside", `${canary}cat /proc/1/comm`),
      bash("move", "mkdir -p sub && cd sub"),
      bash("where", "pwd"),
      bash("code", "exit 7"),
      bash("quotes", `printf '%s\\n' "it's" 'a "b"' "$(echo sub)"; cat <<'E'\n$HOME\nE`),
      bash("variable", 'echo "[$ANTHROPIC_API_KEY$CLAUDE_CODE_SHELL_PREFIX$SANDHOOK_GATE_LINE]"'),
    ];
    const run = await play(release, calls, { after });
    expect(text(run, "inside")).toMatch(/^(bwrap|bash)$/m);
    expect(text(run, "where")).toBe(join(run.user.project, "sub"));
    expect(text(run, "code")).toMatch(/^Exit code 7\b/);
    expect(text(run, "quotes").split("\n")).toEqual(["it's", 'a "b"', "sub", "$HOME"]);
    expect(text(run, "variable")).toBe("[]");
    expect(escaped(run)).toBe(false);
  });

  it("starts a prefix of the user's own first, and leaves its place to it when uninstalled", async () => {
    const settings = (user: TempHome): string =>
      `{"env": {"A": "1", "CLAUDE_CODE_SHELL_PREFIX": ${JSON.stringify(`${user.root}/my prefix -x`)}}}`;
    const run = await play(release, [bash("inside", `${canary}cat /proc/1/comm`)], {
      before: (user) => {
        const script = `#!/bin/sh\necho "mine $#:$1" >> ${user.root}/prefix-was-here\nshift\neval "$1"\n`;
        writeFile(join(user.root, "my prefix"), script, 0o755);
        writeFile(settingsFile(user), settings(user));
      },
      after: gateOnly,
    });
    expect(text(run, "inside")).toMatch(/^(bwrap|bash)$/m);
    expect(readFileSync(join(run.user.root, "prefix-was-here"), "utf8")).toBe("mine 2:-x\n");
    expect(escaped(run)).toBe(false);
    runSandhook(run.user, ["uninstall", "--yes"]);
    const left = JSON.parse(readFileSync(settingsFile(run.user), "utf8")) as Settings;
    expect(left.env).toEqual((JSON.parse(settings(run.user)) as Settings).env);
  });

  it("starts the user's own hooks and MCP servers as they are", async () => {
    const run = await play(release, [bash("one", "echo done")], {
      after: (user) => {
        const command = `cat >/dev/null; echo "$(cat /proc/1/comm)" > "${user.home}/hook-was-here"`;
        editSettings(user, (settings) => ({
          ...settings,
          hooks: { PostToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command }] }] },
        }));
        const server = {
          command: "/bin/sh",
          args: ["-c", `echo "$1" > '${user.home}/server-was-here'`, "sh", "a b"],
        };
        writeFile(join(user.home, ".claude.json"), { mcpServers: { mine: { type: "stdio", ...server } } });
      },
    });
    expect(text(run, "one")).toBe("done");
    const outside = readFileSync("/proc/1/comm", "utf8");
    expect(readFileSync(join(run.user.home, "hook-was-here"), "utf8")).toBe(outside);
    expect(existsSync(join(run.user.home, "server-was-here"))).toBe(true);
  });

  it("refuses every command when no engine is there", async () => {
    const run = await play(release, [bash("one", `${canary}echo ran`)], {
      after: (user) => {
        gateOnly(user);
        editSettings(user, (settings) => ({ ...settings, sandhook: { engine: "seatbelt" } }));
      },
    });
    expect(text(run, "one")).toMatch(/^Exit code 126\n.*seatbelt/s);
    expect(escaped(run)).toBe(false);
  });
});
