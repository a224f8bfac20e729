import { chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { call } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

describe.runIf(engineAvailable("bubblewrap"))("a secret", () => {
  it("G-05 is not seen in the files of the list, also behind a symlink", async () => {
    const ground = bubblewrapGround();
    mkdirSync(path.join(ground.home, "vault"));
    symlinkSync("vault", path.join(ground.home, ".aws"));
    for (const name of [".netrc", ".npmrc", "vault/credentials"]) {
      writeFileSync(path.join(ground.home, name), "canary-secret");
      chownSync(path.join(ground.home, name), ground.account.uid, ground.account.gid);
    }
    const { stdout } = await call(
      ground,
      "cat ~/.ssh/id_rsa ~/.netrc ~/.npmrc ~/.aws/credentials ~/vault/credentials ~/.claude/settings.json; grep -rs canary-secret ~; true",
    );
    expect(stdout.toString()).toBe("");
  });

  it("G-05 is not in the environment, nor in that of the sandbox's first process", async () => {
    const { stdout } = await call(bubblewrapGround(), "env; tr '\\0' '\\n' < /proc/1/environ");
    expect(stdout.toString()).not.toContain("sk-host");
    expect(stdout.toString()).toContain("HOST_VARIABLE=of the host");
  });

  it("G-05 can be shown by the user, one by one", async () => {
    const ground = bubblewrapGround({ filesystem: { allowRead: ["~/.ssh"] } });
    const { stdout } = await call(ground, "cat ~/.ssh/id_rsa");
    expect(stdout.toString()).toBe("key of the host\n");
  });
});
