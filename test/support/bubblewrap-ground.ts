import { rmSync } from "node:fs";
import { onTestFinished } from "vitest";
import { type Ground, makeGround, ordinaryAccount } from "../engines/ground.ts";

/** A fresh installation for an ordinary user whose commands run under bubblewrap; gone when the test is. */
export function bubblewrapGround(settings: Record<string, unknown> = {}): Ground {
  const ground = makeGround("boundary", ordinaryAccount(), { engine: "bubblewrap", ...settings });
  onTestFinished(() => {
    rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
  });
  return ground;
}
