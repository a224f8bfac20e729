import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { rewrite, startLine, until } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

describe.runIf(engineAvailable("bubblewrap"))("a job", () => {
  it("G-10 runs once, also when it is started many times at once", async () => {
    const ground = bubblewrapGround();
    const line = rewrite(ground, "echo x >> ran; sleep 0.2");
    const ended = await Promise.all(Array.from({ length: 8 }, () => startLine(ground, line).ended));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, ...Array<number>(7).fill(125)].sort());
    expect(readFileSync(path.join(ground.project, "ran"), "utf8")).toBe("x\n");
  });

  it("G-10 is gone after it has run", async () => {
    const ground = bubblewrapGround();
    await startLine(ground, rewrite(ground, "true")).ended;
    const jobs = path.join(ground.home, ".local/share/sandhook/jobs");
    await until(() => readdirSync(jobs).every((name) => name.endsWith(".cwd")));
  });

  it.each(["../x", "0123", "g123456789abcdef", "", "0123456789abcdef/../x"])("G-10 is not %j", async (id) => {
    const ground = bubblewrapGround();
    const runner = path.join(ground.home, ".local/share/sandhook/current/libexec/sandhook-run");
    const { code, stderr } = await startLine(ground, `${runner} '${id}'`).ended;
    expect(code).toBe(125);
    expect(stderr).toContain("the command was not run");
  });
});
