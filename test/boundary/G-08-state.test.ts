import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { call, rewrite } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

describe.runIf(engineAvailable("bubblewrap"))("our state", () => {
  it("G-08 cannot be seen or changed by a command, nor a waiting job be run by it", async () => {
    const ground = bubblewrapGround();
    const waiting = rewrite(ground, "echo of another call");
    const id = /sandhook-run ([0-9a-f]{16})/.exec(waiting)?.[1] ?? "";
    const state = path.join(ground.home, ".local/share/sandhook");
    const { stdout } = await call(
      ground,
      [
        `cd ${state}`,
        "ls jobs locks sessions containers audit config-cache 2>/dev/null | grep -v :",
        "for f in jobs locks sessions current/libexec node; do touch $f/canary 2>/dev/null && echo wrote $f; done",
        `current/libexec/sandhook-run ${id} 2>/dev/null`,
        "true",
      ].join("\n"),
    );
    expect(stdout.toString().trim()).toBe("");
    expect(readdirSync(path.join(state, "jobs"))).toContain(id);
  });
});
