import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { askHook, call, type Ground } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

function withProjectSettings(name: string, sandhook: Record<string, unknown>): Ground {
  const ground = bubblewrapGround();
  mkdirSync(path.join(ground.project, ".claude"));
  writeFileSync(path.join(ground.project, ".claude", name), JSON.stringify({ sandhook }));
  return ground;
}

describe.runIf(engineAvailable("bubblewrap")).each(["settings.json", "settings.local.json"])(
  "a repository's %s",
  (name) => {
    it.each([
      ["enabled", { enabled: false }, "touch ~/canary && echo out"],
      ["network", { network: "open" }, "grep -q 'eth\\|ens' /proc/net/dev && echo out"],
      ["filesystem.allowWrite", { filesystem: { allowWrite: ["~"] } }, "touch ~/canary && echo out"],
      ["filesystem.allowRead", { filesystem: { allowRead: ["~/.ssh"] } }, "cat ~/.ssh/id_rsa"],
    ])("G-09 does not widen %s", async (_, sandhook, command) => {
      const { stdout } = await call(withProjectSettings(name, sandhook), `${command}; true`);
      expect(stdout.toString()).toBe("");
    });

    it("G-09 may narrow", async () => {
      const ground = withProjectSettings(name, {
        filesystem: { denyWrite: ["keep"], denyRead: ["hide"] },
        autoAllow: false,
      });
      writeFileSync(path.join(ground.project, "hide"), "seen");
      const { stdout } = await call(ground, "touch keep || echo kept; cat hide; true");
      expect(stdout.toString()).toBe("kept\n");
      expect(askHook(ground, "true")["permissionDecision"]).toBeUndefined();
    });
  },
);
