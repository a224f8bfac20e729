import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE, fetchClient } from "../../support/client-release.ts";
import { QUIET_ENV, clientEnv, runClient } from "../../support/client.ts";
import { startMessagesApi } from "../../support/messages-api.ts";
import { openTerminal } from "../../support/pty.ts";
import { bash } from "../../support/script.ts";
import type { Call } from "../../support/script.ts";
import { makeTempHome, sessionFolder, writeFile } from "../../support/temp-home.ts";
import type { TempHome } from "../../support/temp-home.ts";

const release = NEWEST_RELEASE;
const describeOnLinux = describe.runIf(process.platform === "linux");

const HEAD =
  "source SNAPSHOT 2>/dev/null || true && { \\builtin shopt -u extglob || \\builtin setopt NO_EXTENDED_GLOB " +
  "NO_BARE_GLOB_QUAL NO_BRACE_CCL NO_MAGIC_EQUAL_SUBST NO_EQUALS; } >/dev/null 2>&1 || true && " +
  "{ \\builtin unalias -- 'which'; \\builtin unset -f -- 'which'; } >/dev/null 2>&1 || true && " +
  "{ \\builtin unalias -- 'unsetenv'; \\builtin unset -f -- 'unsetenv'; } >/dev/null 2>&1 || true && ";
const TAIL = " && pwd -P >| /tmp/claude-XXXX-cwd";

describeOnLinux(`the line that CLAUDE_CODE_SHELL_PREFIX receives from ${release}`, () => {
  it.each([
    { kind: "a plain word", call: bash("x", "pwd"), line: "eval pwd < /dev/null" },
    { kind: "a quote", call: bash("x", `echo "it's"`), line: `eval 'echo "it'"'"'s"' < /dev/null` },
    { kind: "a pipe", call: bash("x", "echo a | cat"), line: "eval 'echo a | cat' < /dev/null" },
    { kind: "two lines", call: bash("x", "echo 1\necho 2"), line: "eval 'echo 1\necho 2' < /dev/null" },
    { kind: "a heredoc", call: bash("x", "cat <<E\nin\nE"), line: "eval 'cat <<E\nin\nE'" },
    { kind: "an input of its own", call: bash("x", "cat < a"), line: "eval 'cat < a'" },
    {
      kind: "a background call",
      call: bash("x", "echo b", { run_in_background: true }),
      line: "eval 'echo b' < /dev/null",
    },
  ])("wraps $kind between snapshot and cwd file", async ({ call, line }) => {
    const user = makeTempHome();
    expect(await prefixArguments(user, call)).toEqual([HEAD + line + TAIL]);
  });
});

describeOnLinux(`the session of ${release}`, () => {
  it("sources a snapshot with the user's functions and aliases, shadowed tools and PATH", async () => {
    const user = makeTempHome({ files: { "home/.bashrc": "mine() { :; }\nalias ll='ls -l'\n" } });
    const script = [{ calls: [bash("snapshot", 'cat "$HOME"/.claude/shell-snapshots/*')] }];
    const text = (await runClient({ release, user, script })).results.get("snapshot")?.text ?? "";
    expect(text).toContain("mine () ");
    expect(text).toContain("alias -- ll='ls -l'");
    expect(text.match(/^ *function \w+/gm)).toEqual([
      "  function rg",
      "function find",
      "function grep",
      "function pkill",
    ]);
    expect(text).toMatch(/^export PATH=/m);
  });

  it("gives a command its own variables and the caller's, the API key among them", async () => {
    const user = makeTempHome();
    const script = [{ calls: [bash("names", "compgen -e | sort")] }];
    const names = (await runClient({ release, user, script })).results.get("names")?.text.split("\n");
    expect(names).toEqual(
      expect.arrayContaining(["ANTHROPIC_API_KEY", "CLAUDECODE", "CLAUDE_CODE_SESSION_ID"]),
    );
    expect(names).toEqual(
      expect.arrayContaining(["CLAUDE_CODE_MESSAGING_SOCKET", "CLAUDE_CODE_MESSAGING_TOKEN"]),
    );
  });

  it("keeps task outputs in a folder of the project below /tmp", async () => {
    const user = makeTempHome();
    const script = [{ calls: [bash("back", "echo b", { run_in_background: true })] }];
    const text = (await runClient({ release, user, script })).results.get("back")?.text;
    expect(text).toContain(`Output is being written to: ${sessionFolder(user.project)}/`);
  });
});

describeOnLinux(`empty folders in the place of protected files, to ${release}`, () => {
  it.each([
    ".mcp.json",
    ".vscode",
    ".idea",
    ".claude",
    ".claude/hooks",
    ".claude/settings.json",
    ".gitconfig",
  ])("says nothing of %s/ in print mode", async (path) => {
    const user = makeTempHome();
    mkdirSync(join(user.project, path), { recursive: true });
    const run = await runClient({ release, user, script: [{ calls: [bash("ok", "echo ok")] }] });
    expect({ code: run.exitCode, stderr: run.stderr, result: run.results.get("ok")?.text }).toEqual({
      code: 0,
      stderr: "",
      result: "ok",
    });
  });

  it("says nothing of .mcp.json/ on a terminal", async () => {
    expect(await firstScreen(".mcp.json")).not.toMatch(/error|mcp/i);
  });

  it("stops at a dialog for .claude/settings.json/ on a terminal", async () => {
    expect(await firstScreen(".claude/settings.json")).toContain("Settings Error");
  });
});

/** What a prefix was called with, with the names that change from run to run made alike. */
async function prefixArguments(user: TempHome, call: Call): Promise<readonly string[]> {
  const prefix = join(user.root, "prefix.sh");
  const log = join(user.root, "log");
  writeFile(prefix, `#!/bin/bash\nprintf '%s\\0' "$@" >>'${log}'\nexec bash -c "$1"\n`, 0o755);
  writeFile(join(user.project, "a"), "");
  await runClient({ release, user, env: { CLAUDE_CODE_SHELL_PREFIX: prefix }, script: [{ calls: [call] }] });
  const lines = readFileSync(log, "utf8").split("\0").slice(0, -1);
  return lines.map((line) =>
    line
      .replace(/\S+\/shell-snapshots\/\S+/, "SNAPSHOT")
      .replace(/claude-[0-9a-f]{4}-cwd/, "claude-XXXX-cwd"),
  );
}

async function firstScreen(folder: string): Promise<string> {
  const user = makeTempHome();
  mkdirSync(join(user.project, folder), { recursive: true });
  writeFile(join(user.home, ".claude.json"), {
    hasCompletedOnboarding: true,
    customApiKeyResponses: { approved: ["sk-mock-not-real"] },
    projects: { [user.project]: { hasTrustDialogAccepted: true } },
  });
  const api = await startMessagesApi({ main: [] });
  try {
    const env = { ...clientEnv(user, api.port), ...QUIET_ENV };
    const terminal = openTerminal(await fetchClient(release), { env, cwd: user.project });
    return await terminal.waitFor(/mode on|Settings Error/);
  } finally {
    await api.close();
  }
}
