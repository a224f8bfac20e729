import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { isAlive } from "../../../src/runtime/network/process-identity.ts";

describe.runIf(process.platform === "linux")("a process", () => {
  it("is alive until it ended, though its parent does not collect it", async () => {
    // The shell starts a child and becomes a program that waits for nobody.
    const parent = spawn("/bin/sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => {
      parent.kill("SIGKILL");
    });
    const [text] = (await once(parent.stdout, "data")) as [Buffer];
    const child = Number(text);
    expect([isAlive(child), isAlive(1), isAlive(0)]).toEqual([true, true, false]);
    process.kill(child, "SIGKILL");
    await expect.poll(() => isAlive(child), { timeout: 15_000 }).toBe(false);
    expect(process.kill(child, 0)).toBe(true);
  });
});
