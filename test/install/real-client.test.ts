import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install } from "../../src/install/install.ts";
import { uninstall } from "../../src/install/uninstall.ts";
import type { InstallScope } from "../../src/install/scope.ts";
import { runClient } from "../support/client.ts";
import { bash } from "../support/script.ts";
import { type TempHome, makeTempHome, writeFile } from "../support/temp-home.ts";
import { installOptions, rootOf, userSettings } from "./fake-product.ts";

// The forms that the installer registers, on real clients: one that ignores `args`, one that knows them but not
// `onFailure`, and the newest.
const RELEASES = ["2.0.76", "2.1.144", "2.1.330"] as const;
const silent = (): void => undefined;

async function outputOfCall(release: string, user: TempHome, env: Readonly<Record<string, string>> = {}) {
  const run = await runClient({
    release,
    user,
    env,
    permissionMode: "default",
    allowedTools: ["Bash"],
    script: [{ calls: [bash("one", "echo original")] }],
  });
  return run.results.get("one")?.text ?? run.stdout + run.stderr; // Without a result the prompt was not sent.
}

async function installed(scope: InstallScope): Promise<TempHome> {
  const user = makeTempHome({ git: true });
  // The client's release is not known: this form must be right for all of them.
  await install(installOptions(user, { scope, client: undefined }), silent);
  return user;
}

const breakHook = (user: TempHome, body: string): void => {
  writeFileSync(join(rootOf(user), "current/libexec/hook"), `#!/bin/sh\n${body}\n`);
};

describe.each(RELEASES)("on Claude Code %s", (release) => {
  it.each(["user", "project", "local"] as const)("the %s registration sandboxes a command", async (scope) => {
    const user = await installed(scope);
    expect(await outputOfCall(release, user)).toBe("from-the-sandbox");
    expect(readFileSync(join(user.home, "hook-was-here"), "utf8")).toContain(
      `CLAUDE_PROJECT_DIR=${user.project}\n`,
    );
  });

  it.each(["user", "project"] as const)(
    "the %s registration refuses when the hook crashes",
    async (scope) => {
      const user = await installed(scope);
      breakHook(user, "echo broken hook >&2; kill -9 $(exec /bin/sh -c 'echo $PPID')");
      const output = await outputOfCall(release, user);
      expect(output).toContain("broken hook");
      expect(output).not.toMatch(/^original$/m);
    },
  );

  it("the project registration refuses where nothing is installed and says what to type", async () => {
    const user = await installed("project");
    rmSync(rootOf(user), { recursive: true });
    expect(await outputOfCall(release, user)).toContain("Install it: npx sandhook install");
  });

  it("the user's registration is out of reach of a repository's environment", async () => {
    const user = await installed("user");
    const env = { NODE_OPTIONS: "--require /nonexistent", LEAKED: "1", BASH_FUNC_cat: "() { echo evil; }" };
    writeFile(join(user.project, ".claude/settings.json"), { env });
    expect(await outputOfCall(release, user, { LEAKED_TOO: "1" })).toBe("from-the-sandbox");
    expect(readFileSync(join(user.home, "hook-was-here"), "utf8")).not.toMatch(/LEAKED|NODE_OPTIONS|evil/);
  });

  it("a command runs as before after an uninstallation", async () => {
    const user = await installed("user");
    await uninstall(installOptions(user), silent);
    expect(await outputOfCall(release, user)).toBe("original");
  });

  it("ignores a settings file with a comment, which the installer therefore refuses", async () => {
    const user = await installed("user");
    writeFileSync(userSettings(user), `// mine\n${readFileSync(userSettings(user), "utf8")}`);
    expect(await outputOfCall(release, user)).toBe("original");
  });

  it("obeys the last of two equal keys, which the installer therefore refuses", async () => {
    const user = await installed("user");
    const text = readFileSync(userSettings(user), "utf8");
    writeFileSync(userSettings(user), text.replace(/\n\}\n$/, ',\n  "hooks": {}\n}\n'));
    expect(await outputOfCall(release, user)).toBe("original");
  });
});
