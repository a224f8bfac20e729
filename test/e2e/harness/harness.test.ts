import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE, OLDEST_RELEASE } from "../../support/client-release.ts";
import { runClient } from "../../support/client.ts";
import { canMountManagedSettings } from "../../support/managed-settings.ts";
import { agent, bash } from "../../support/script.ts";
import { makeTempHome, writeFile } from "../../support/temp-home.ts";

describe.each([NEWEST_RELEASE, OLDEST_RELEASE])("the client %s without sandhook", (release) => {
  it("runs a Bash call and hands its output to the model", async () => {
    const user = makeTempHome();
    const run = await runClient({
      release,
      user,
      script: [{ text: "hi", calls: [bash("one", "echo out; pwd")] }],
    });
    expect(run.results.get("one")).toEqual({ text: `out\n${user.project}`, isError: false });
    expect(run.exitCode).toBe(0);
  });

  it("runs two calls of one turn and keeps their results apart", async () => {
    const calls = [bash("left", "echo left"), bash("right", "echo right")];
    const run = await runClient({ release, user: makeTempHome(), script: [{ calls }] });
    expect(run.results.get("left")?.text).toBe("left");
    expect(run.results.get("right")?.text).toBe("right");
  });

  it("turns exit code 7 into an error result", async () => {
    const run = await runClient({
      release,
      user: makeTempHome(),
      script: [{ calls: [bash("seven", "echo no; exit 7")] }],
    });
    expect(run.results.get("seven")).toEqual({ text: "Exit code 7\nno", isError: true });
  });

  it("runs a background call and lets the model read its output", async () => {
    const run = await runClient({
      release,
      user: makeTempHome(),
      script: ({ turn, results }) => {
        const file = /\/\S+\.output/.exec(results.get("back")?.text ?? "")?.[0] ?? "/nonexistent";
        if (turn === 0) return { calls: [bash("back", "echo from-behind", { run_in_background: true })] };
        if (turn === 1)
          return { calls: [bash("read", `until grep . ${file}; do :; done`, { timeout: 20_000 })] };
        return { text: "done" };
      },
    });
    expect(run.results.get("read")?.text).toMatch(/^from-behind/);
  });

  it("plays the script of a sub-agent in a conversation of its own", async () => {
    const run = await runClient({
      release,
      user: makeTempHome(),
      script: [{ calls: [agent("sub", "count the sheep")] }],
      routes: [
        {
          when: (text) => text.includes("count the sheep"),
          script: [{ calls: [bash("inner", "echo sheep")] }, { text: "one sheep" }],
        },
      ],
    });
    expect(run.results.get("inner")).toEqual({ text: "sheep", isError: false });
    expect(run.results.get("sub")?.text).toContain("one sheep");
  });

  it("runs the command that a PreToolUse hook puts in the place of the model's", async () => {
    const user = makeTempHome();
    const hook = join(user.root, "hook.sh");
    const run = await runClient({
      release,
      user,
      settings: hookSettings(hook, rewriteTo("echo rewritten")),
      permissionMode: "default",
      script: [{ calls: [bash("one", "echo original")] }],
    });
    expect(run.results.get("one")).toEqual({ text: "rewritten", isError: false });
  });
});

describe.runIf(canMountManagedSettings())(
  `the client ${NEWEST_RELEASE} with managed settings of the test`,
  () => {
    it("runs a managed hook", async () => {
      const user = makeTempHome();
      const managed = join(user.root, "managed");
      writeFile(
        join(managed, "managed-settings.json"),
        hookSettings(join(user.root, "hook.sh"), rewriteTo("echo managed")),
      );
      const script = [{ calls: [bash("one", "echo original")] }];
      const run = await runClient({ release: NEWEST_RELEASE, user, managed, script });
      expect(run.results.get("one")?.text).toBe("managed");
    });
  },
);

describe.runIf(process.platform === "linux")(`the client ${NEWEST_RELEASE} in a network of its own`, () => {
  it("reaches its API and nothing but loopback", async () => {
    const script = [{ calls: [bash("net", "cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '")] }];
    const run = await runClient({ release: NEWEST_RELEASE, user: makeTempHome(), quiet: false, script });
    expect(run.results.get("net")?.text).toBe("lo");
  });

  it("offers the Monitor tool", async () => {
    const input = { command: "echo watched", description: "watch", timeout_ms: 5000, persistent: false };
    const script = [{ calls: [{ id: "watch", tool: "Monitor", input }] }];
    const run = await runClient({ release: NEWEST_RELEASE, user: makeTempHome(), quiet: false, script });
    expect(run.results.get("watch")).toMatchObject({ isError: false });
  });
});

/** A hook's reply that allows the call with another command. */
function rewriteTo(command: string): string {
  const decision = { permissionDecision: "allow", updatedInput: { command } };
  return JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", ...decision } });
}

/** Writes a hook that always gives one reply; returns the settings that register it for Bash. */
function hookSettings(path: string, reply: string): unknown {
  writeFile(path, `#!/bin/sh\ncat >/dev/null\nprintf %s '${reply}'\n`, 0o755);
  return { hooks: { PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command: path }] }] } };
}
