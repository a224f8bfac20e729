import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { HOOK_PATH } from "../../src/install/registration.ts";
import { type ClientRun, QUIET_ENV, clientEnv, runClient } from "../support/client.ts";
import { NEWEST_RELEASE, fetchClient } from "../support/client-release.ts";
import { engineAvailable } from "../support/engines.ts";
import { productProgram } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

/** The plugin's hook takes Node from a fixed path, as every hook of ours without an installation. */
const nodeIsThere = HOOK_PATH.split(":").some((folder) => existsSync(join(folder, "node")));

async function claude(user: TempHome, ...args: readonly string[]): Promise<string> {
  const { file } = await fetchClient(NEWEST_RELEASE);
  const env = { ...clientEnv(user, 1), ...QUIET_ENV };
  mkdirSync(join(user.home, ".claude"), { recursive: true });
  return execFileSync(file, args, { cwd: user.project, env, encoding: "utf8", timeout: 120_000 });
}

function play(user: TempHome): Promise<ClientRun> {
  const call = bash(
    "call",
    `touch ${join(user.home, "canary")}; echo made > made; ls -d /proc/[0-9]* | wc -l`,
  );
  return runClient({ release: NEWEST_RELEASE, user, script: [{ calls: [call] }] });
}

function expectContained(run: ClientRun, user: TempHome): void {
  const seen = run.results.get("call")?.text ?? run.stdout;
  expect(Number(seen.trim().split("\n").at(-1)), seen).toBeLessThan(20);
  expect(existsSync(join(user.project, "made"))).toBe(true);
  expect(existsSync(join(user.home, "canary"))).toBe(false);
}

describe.runIf(engineAvailable("bubblewrap") && nodeIsThere)("the package as a plugin", () => {
  it("is valid, and sandboxes commands with nothing but the client's own installation of plugins", async () => {
    const user = makeTempHome({ git: true });
    const folder = dirname(dirname(productProgram()));
    expect(await claude(user, "plugin", "validate", folder)).toContain("Validation passed");
    await claude(user, "plugin", "marketplace", "add", folder);
    await claude(user, "plugin", "install", "sandhook@sandhook");
    // A repository cannot point the hook at another product.
    const evil = join(user.project, "evil");
    writeFile(join(evil, "dist/libexec/hook"), "echo '{}'\n", 0o755);
    writeFile(join(user.project, ".claude/settings.json"), {
      env: { CLAUDE_PLUGIN_ROOT: evil, PLUGIN: evil },
    });
    expectContained(await play(user), user);
  });
});
