import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { call } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

describe.runIf(engineAvailable("bubblewrap"))("writing", () => {
  it("G-03 works in the project and in TMPDIR, which is the same folder as /tmp", async () => {
    const ground = bubblewrapGround();
    const { code, stdout } = await call(
      ground,
      'echo x > made && echo y > "$TMPDIR/t" && cat /tmp/t && echo "$TMPDIR"',
    );
    expect([code, stdout.toString().split("\n")[0]]).toEqual([0, "y"]);
    expect(readFileSync(path.join(ground.project, "made"), "utf8")).toBe("x\n");
    expect(readFileSync(path.join(stdout.toString().split("\n")[1] ?? "", "t"), "utf8")).toBe("y\n");
  });

  it.each([
    ["the home folder", "~/canary"],
    ["a start-up file", "~/.bashrc"],
    ["a parent", "../canary"],
    ["a parent through a folder of the project", "sub/../../canary"],
    ["the system", "/usr/local/canary"],
    ["another temp folder of the host", "/var/tmp/sandhook-canary"],
    ["our own temp root", "~/.cache/sandhook/tmp/canary"],
  ])("G-03 does not reach %s", async (_, target) => {
    const ground = bubblewrapGround();
    await call(ground, `mkdir -p sub; echo x > ${target}`);
    const file = target.startsWith("~")
      ? path.join(ground.home, target.slice(2))
      : path.resolve(ground.project, target);
    expect(existsSync(file)).toBe(false);
  });

  it("G-03 does not follow a symlink out of the project, also one that was there before", async () => {
    const ground = bubblewrapGround();
    writeFileSync(path.join(ground.home, "victim"), "mine");
    symlinkSync(path.join(ground.home, "victim"), path.join(ground.project, "before"));
    const { code } = await call(ground, `echo x > before; ln -s ${ground.home} out; echo x > out/canary`);
    expect(code).not.toBe(0);
    expect(readFileSync(path.join(ground.home, "victim"), "utf8")).toBe("mine");
    expect(existsSync(path.join(ground.home, "canary"))).toBe(false);
  });

  it("G-03 cannot hard-link or rename a file of the host into the project", async () => {
    const ground = bubblewrapGround();
    writeFileSync(path.join(ground.home, "victim"), "mine");
    const { stdout } = await call(ground, "ln ~/victim v || echo no; mv ~/victim w || echo no");
    expect(stdout.toString()).toBe("no\nno\n");
    expect(existsSync(path.join(ground.home, "victim"))).toBe(true);
  });
});
