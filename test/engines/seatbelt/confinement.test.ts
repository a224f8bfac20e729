import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NetworkPlan, SeatbeltToggle } from "../../../src/core/plan.ts";
import { BUILT_IN_PROFILES, PROXIED_PROFILES } from "../../../src/engine/seatbelt/profile-table.ts";
import { TOGGLE_MODULES } from "../../../src/engine/seatbelt/toggles.ts";
import { engineAvailable } from "../../support/engines.ts";
import { createMacGround, type MacGround, runScript } from "../../support/real-mac.ts";

/** Another system has no sandbox-exec, and the run says so; `npm test` on a Mac runs all of this. */
describe.runIf(engineAvailable("seatbelt"))("the system's own sandbox-exec", () => {
  let ground: MacGround;
  beforeEach(() => {
    ground = createMacGround();
  });
  afterEach(() => {
    ground.dispose();
  });

  const proxied = (port: number): NetworkPlan => ({
    mode: "allowlist",
    port,
  });

  it.each(BUILT_IN_PROFILES)("accepts the profile %s and starts a shell", async (profile) => {
    const network = PROXIED_PROFILES.includes(profile) ? proxied(18_080) : ({ mode: "open" } as const);
    expect(await runScript(ground, "echo started", { profile, network })).toEqual({
      code: 0,
      output: "started\n",
    });
  });

  it.each(Object.keys(TOGGLE_MODULES) as SeatbeltToggle[])("accepts the toggle %s", async (toggle) => {
    const seatbelt = { toggles: [toggle] };
    expect(await runScript(ground, "echo started", { seatbelt })).toEqual({ code: 0, output: "started\n" });
  });

  it.each([
    "git init -q new && cd new && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x",
    "python3 -c 'import tempfile, multiprocessing; tempfile.mkstemp(); multiprocessing.Lock()'",
    "echo 'int main(void){return 0;}' > a.c && cc a.c -o a.out && ./a.out",
    "sleep 60 & kill $!; wait; true",
    "cat <(echo x) && echo a > a && ln a b && cat b && cp -c a c && mv c d && rm d",
    "mkdir -p deep/er && realpath deep/er && getconf DARWIN_USER_TEMP_DIR && id && date",
  ])("lets a toolchain work: %s", async (script) => {
    const run = await runScript(ground, script);
    expect(run, run.output).toMatchObject({ code: 0 });
  });

  it.each([
    'echo x > "$HOME/other/new"',
    'echo x >> "$HOME/.zshrc"',
    "echo x > /private/tmp/sandhook-test-$$ && rm /private/tmp/sandhook-test-$$",
    "echo x >> .git/config",
    "chmod 600 .git/config",
    "echo x > .git/hooks/pre-commit",
    "mv .git x && mv x .git",
    "mv .git/hooks y && mv y .git/hooks",
    "ln .git/config z && echo x >> z",
    "mkdir .claude && rmdir .claude",
    "mkdir .CLAUDE && echo {} > .CLAUDE/settings.json && rm -r .CLAUDE",
    "mkdir a && echo {} > a/settings.json && mv a .claude && rm -r .claude",
    "mkdir a && ln -s a .claude && rm .claude",
    "echo {} > .MCP.json && rm .MCP.json",
    'mv "$PWD" "$TMPDIR/moved" && mv "$TMPDIR/moved" "$OLDPWD"',
    'cat "$HOME/.ssh/id_ed25519"',
    'ls "$HOME/.ssh"',
    'cat "/System/Volumes/Data$HOME/.ssh/id_ed25519"',
    "cat config/.env",
    "mv config/.env x && cat x && mv x config/.env",
    "mv config x && cat x/.env && mv x config",
    "ln config/.env x && cat x && rm x",
    "cp -c config/.env x && cat x && rm x",
    'ln "$HOME/other/notes.txt" x && echo y >> x && rm x',
    'ln -s "$HOME/other" x && echo y > x/z && rm x x/z',
    'echo {} > "$HOME/.claude/settings.json"',
    "security list-keychains",
    "defaults write com.example.sandhook-test key value && defaults delete com.example.sandhook-test",
    "launchctl submit -l sandhook-test -- /usr/bin/true && launchctl remove sandhook-test",
  ])("refuses what works outside: %s", async (script) => {
    const outside = await runScript(ground, script, "no sandbox");
    ground.dispose();
    ground = createMacGround();
    const inside = await runScript(ground, script);
    expect([outside.code === 0, inside.code === 0], `${outside.output}\n${inside.output}`).toEqual([
      true,
      false,
    ]);
  });

  it("reads a list only when reads are listed", async () => {
    const script = 'cat "$HOME/other/notes.txt"';
    expect((await runScript(ground, script)).code).toBe(0);
    expect((await runScript(ground, script, { profile: "strict" })).code).not.toBe(0);
  });

  it("reaches the proxy's port and no other", async () => {
    const server = createServer((_, response) => response.end("reached"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const script = `/usr/bin/curl -sS --max-time 5 http://127.0.0.1:${port}/`;
    const allowed = await runScript(ground, script, { network: proxied(port) });
    const other = await runScript(ground, script, { network: proxied(port === 18_080 ? 18_081 : 18_080) });
    const none = await runScript(ground, script, {});
    server.close();
    expect([allowed.code, allowed.output]).toEqual([0, "reached"]);
    expect([other.code, none.code]).toEqual([7, 7]);
  });

  it.each([
    ["exit 7", 7],
    ["no-such-program", 127],
  ])("keeps the exit code of %s", async (script, code) => {
    expect((await runScript(ground, script)).code).toBe(code);
  });
});
