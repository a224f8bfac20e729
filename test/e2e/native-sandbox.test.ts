import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

/** The client with its own sandbox switched on in the user's settings. */
async function play(sandhook: object): Promise<ClientRun & { readonly user: TempHome }> {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "bubblewrap" });
  const file = join(user.home, ".claude/settings.json");
  const settings = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFile(file, { ...settings, sandhook, sandbox: { enabled: true } });
  const script = [{ calls: [bash("one", `touch made; touch '${user.home}/canary'`)] }];
  return { ...(await runClient({ release: NEWEST_RELEASE, user, script })), user };
}

describe.runIf(engineAvailable("bubblewrap"))("Claude Code's own sandbox", () => {
  it("is not put around ours: the call is refused, with the file and what to change", async () => {
    const run = await play({ engine: "bubblewrap" });
    expect(run.results.get("one")?.text).toMatch(
      /\.claude\/settings\.json switches Claude Code's own sandbox on[\s\S]*Set sandbox\.enabled to false in/,
    );
    expect([existsSync(join(run.user.project, "made")), existsSync(join(run.user.home, "canary"))]).toEqual([
      false,
      false,
    ]);
  });

  it("is left alone when ours is switched off", async () => {
    const run = await play({ enabled: false });
    expect([existsSync(join(run.user.project, "made")), existsSync(join(run.user.home, "canary"))]).toEqual([
      true,
      false,
    ]);
  });
});
