import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

function sandhook({ home, project }: TempHome, ...words: string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("dist/sandhook.mjs"), ...words], {
    cwd: project,
    env: { HOME: home, PATH: process.env["PATH"] ?? "" },
    encoding: "utf8",
  });
  return { status, out: stdout + stderr };
}

describe.runIf(engineAvailable("bubblewrap"))("the newest client", () => {
  it("shows the model why the sandbox made a command fail, and nothing of other failures; why and allow follow it up", async () => {
    const user = makeTempHome({ git: true });
    installProduct(user, { engine: "bubblewrap" });
    writeFile(join(user.home, "data/file"), "x");
    const settings = join(user.home, ".claude/settings.json");
    writeFile(
      settings,
      readFileSync(settings, "utf8").replace('"sandhook": {', '"sandhook": {"network": "none",'),
    );
    const run = await runClient({
      release: NEWEST_RELEASE,
      user,
      script: [
        { calls: [bash("toolu_other", "ls missing-file")] },
        { calls: [bash("toolu_hook", "echo x > .git/hooks/pre-commit")] },
        { calls: [bash("toolu_fine", "echo fine")] },
        { calls: [bash("toolu_write", "touch ~/data/new")] },
      ],
    });
    const seen = JSON.stringify(run.requests.at(-1));
    const held = `${user.project}/.git/hooks stays as it is during sandboxed commands`;
    const outside = `${user.home}/data/new lies outside of the folders that sandboxed commands may write`;
    expect(seen.split("sandhook: ").length - 1).toBe(2);
    expect(seen).toContain(held);
    expect(seen).toContain(outside);
    expect(seen).toContain(`sandhook allow write ${user.home}/data`);

    expect(sandhook(user, "why", "toolu_hook").out).toContain(held);
    expect(sandhook(user, "why", "toolu_other").out).toContain("nothing that sandhook refused");
    const why = sandhook(user, "why", "last");
    expect([why.status, why.out]).toEqual([0, expect.stringContaining(outside)]);
    expect(sandhook(user, "why", "toolu_none").status).toBe(2);
  });
});
