import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { askHook, call, rewrite, startLine, until } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

describe.runIf(engineAvailable("bubblewrap"))("a protected path", () => {
  it.each([
    "echo x > .git/hooks/pre-commit",
    "echo x >> .git/config",
    "git config core.fsmonitor evil",
    "mv .git g && cp -a g .git && echo x > .git/hooks/pre-commit",
    "mv .git/hooks .git/h && mkdir .git/hooks && echo x > .git/hooks/pre-commit",
    "rm -rf .git/hooks && mkdir .git/hooks && echo x > .git/hooks/pre-commit",
    "ln -sf /tmp .git/commondir || echo ../evil > .git/commondir",
    "mkdir .claude; echo x > .claude/settings.json",
    "rmdir .claude && mkdir .claude && echo x > .claude/settings.local.json",
    "mkdir -p .claude/hooks && echo x > .claude/hooks/x",
    "rmdir .mcp.json; echo x > .mcp.json",
    "mv .vscode v; mkdir .vscode; echo x > .vscode/tasks.json",
    "ln -s /tmp/x .idea/workspace.xml",
  ])("G-04 survives: %s", async (command) => {
    const ground = bubblewrapGround();
    const before = readFileSync(path.join(ground.project, ".git/config"), "utf8");
    const { code } = await call(ground, command);
    expect(code).not.toBe(0);
    expect(readFileSync(path.join(ground.project, ".git/config"), "utf8")).toBe(before);
    expect(existsSync(path.join(ground.project, ".git/hooks/pre-commit"))).toBe(false);
    await until(() => readdirSync(ground.project).join() === ".git");
    await until(() => !existsSync(path.join(ground.project, ".git/commondir")));
  });

  it("G-04 leaves nothing behind when everything is killed at once", async () => {
    const ground = bubblewrapGround();
    const running = startLine(ground, rewrite(ground, "touch started; sleep 60"));
    await until(() => existsSync(path.join(ground.project, "started")));
    expect(readdirSync(ground.project)).toContain(".claude");
    process.kill(-running.pid, "SIGKILL");
    await running.ended;
    await until(() => readdirSync(ground.project).sort().join() === ".git,started");
  });

  it("G-04 is refused when it is a symlink, with the way out", () => {
    const ground = bubblewrapGround();
    mkdirSync(path.join(ground.project, "elsewhere"));
    symlinkSync("elsewhere", path.join(ground.project, ".vscode"));
    const reply = askHook(ground, "true");
    expect(reply["permissionDecision"]).toBe("deny");
    expect(reply["permissionDecisionReason"]).toMatch(/symbolic link[\s\S]*allowWrite/);
  });

  it("G-04 can be opened by the user, but not the settings themselves", async () => {
    const ground = bubblewrapGround({ filesystem: { allowWrite: [".vscode", ".claude/settings.json"] } });
    for (const folder of [".vscode", ".claude"])
      mkdirSync(path.join(ground.project, folder), { mode: 0o777 });
    writeFileSync(path.join(ground.project, ".claude/settings.json"), "{}");
    await call(ground, "echo x > .claude/settings.json");
    expect(readFileSync(path.join(ground.project, ".claude/settings.json"), "utf8")).toBe("{}");
  });

  it("G-04 does not keep git from committing", async () => {
    const ground = bubblewrapGround();
    const commit = "git -c user.name=T -c user.email=t@example.invalid commit -qm first --allow-empty";
    const { code, stdout } = await call(
      ground,
      `${commit} && git log --oneline | wc -l && git status --short`,
    );
    expect([code, stdout.toString()]).toEqual([0, "1\n"]);
  });
});
