import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install } from "../../src/install/install.ts";
import { uninstall } from "../../src/install/uninstall.ts";
import type { InstallScope } from "../../src/install/scope.ts";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { runClient } from "../support/client.ts";
import { bash } from "../support/script.ts";
import { type TempHome, makeTempHome, writeFile } from "../support/temp-home.ts";
import { installOptions, rootOf, userSettings } from "./fake-product.ts";

// The forms that the installer registers, on real clients: one that ignores `args`, one that knows them but not
// `onFailure`, and the newest.
const RELEASES = ["2.0.76", "2.1.144", NEWEST_RELEASE] as const;
const silent = (): void => undefined;

/** What the model is shown of calls, one after the other; `before` a call the machine may change. */
async function outputsOfCalls(
  release: string,
  user: TempHome,
  before: readonly (() => void)[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const run = await runClient({
    release,
    user,
    env,
    permissionMode: "default",
    allowedTools: ["Bash"],
    script: ({ turn }) => {
      before[turn]?.();
      return { calls: turn < before.length ? [bash(`call${turn}`, "echo original")] : [] };
    },
  });
  // Without a result the prompt was not sent.
  return before.map((_, turn) => run.results.get(`call${turn}`)?.text ?? run.stdout + run.stderr);
}

async function outputOfCall(release: string, user: TempHome): Promise<string> {
  const [output = ""] = await outputsOfCalls(release, user, [silent]);
  return output;
}

async function installed(scope: InstallScope): Promise<TempHome> {
  const user = makeTempHome({ git: true });
  // The client's release is not known: this form must be right for all of them.
  await install(installOptions(user, { scope, client: undefined }), silent);
  return user;
}

const breakHook = (user: TempHome) => (): void => {
  const body = "echo broken hook >&2; kill -9 $(exec /bin/sh -c 'echo $PPID')";
  writeFileSync(join(rootOf(user), "current/libexec/hook"), `#!/bin/sh\n${body}\n`);
};

function expectRefusal(output: string | undefined, words: string): void {
  expect(output).toContain(words);
  expect(output).not.toMatch(/^original$/m);
}

const hookSaw = (user: TempHome): string => readFileSync(join(user.home, "hook-was-here"), "utf8");

describe.each(RELEASES)("on Claude Code %s", (release) => {
  it("the project registration sandboxes a command, refuses when the hook crashes, and says what to type where nothing is installed", async () => {
    const user = await installed("project");
    const uninstalled = (): void => {
      rmSync(rootOf(user), { recursive: true, force: true });
    };
    const outputs = await outputsOfCalls(release, user, [silent, breakHook(user), uninstalled]);
    expect(outputs[0]).toBe("from-the-sandbox");
    expect(hookSaw(user)).toContain(`CLAUDE_PROJECT_DIR=${user.project}\n`);
    expectRefusal(outputs[1], "broken hook");
    expectRefusal(outputs[2], "Install it: npx sandhook install");
  });

  it("the user's registration sandboxes a command out of reach of a repository's environment, and refuses when the hook crashes", async () => {
    const user = await installed("user");
    const env = { NODE_OPTIONS: "--require /nonexistent", LEAKED: "1", BASH_FUNC_cat: "() { echo evil; }" };
    writeFile(join(user.project, ".claude/settings.json"), { env });
    const calls = [silent, breakHook(user)];
    const outputs = await outputsOfCalls(release, user, calls, { LEAKED_TOO: "1" });
    expect(outputs[0]).toBe("from-the-sandbox");
    expect(hookSaw(user)).toContain(`CLAUDE_PROJECT_DIR=${user.project}\n`);
    expect(hookSaw(user)).not.toMatch(/LEAKED|NODE_OPTIONS|evil/);
    expectRefusal(outputs[1], "broken hook");
  });

  it("a settings file with a comment is ignored, and the last of two equal keys counts; the installer refuses both", async () => {
    const user = await installed("user");
    writeFileSync(userSettings(user), `// mine\n${readFileSync(userSettings(user), "utf8")}`);
    await install(installOptions(user, { scope: "project", client: undefined }), silent);
    const file = join(user.project, ".claude/settings.json");
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/\n\}\n$/);
    writeFileSync(file, text.replace(/\n\}\n$/, ',\n  "hooks": {}\n}\n'));
    expect(await outputOfCall(release, user)).toBe("original");
  });
});

describe("on the newest Claude Code", () => {
  it("the local registration, which has the user's form, sandboxes a command", async () => {
    const user = await installed("local");
    expect(await outputOfCall(NEWEST_RELEASE, user)).toBe("from-the-sandbox");
  });

  it("a command runs as before after an uninstallation", async () => {
    const user = await installed("user");
    await uninstall(installOptions(user), silent);
    expect(await outputOfCall(NEWEST_RELEASE, user)).toBe("original");
  });
});
