import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE, OLDEST_RELEASE } from "../support/client-release.ts";
import { runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash, type Call } from "../support/script.ts";
import { makeTempHome, writeFile } from "../support/temp-home.ts";

function tool(id: string, name: string, input: Readonly<Record<string, unknown>>): Call {
  return { id, tool: name, input };
}

describe.runIf(engineAvailable("bubblewrap")).each([NEWEST_RELEASE, OLDEST_RELEASE])(
  "the file and web tools of the real client %s",
  (release) => {
    it("are held to the policy of commands, also when nothing else asks", async () => {
      const user = makeTempHome({ git: true });
      installProduct(user, { engine: "bubblewrap", clientVersion: release });
      const at = (name: string): string => join(user.project, name);
      writeFile(join(user.home, ".ssh/id_rsa"), "canary-of-the-key");
      writeFile(at("notes.txt"), "one two\n");
      symlinkSync(join(user.home, ".ssh/id_rsa"), at("key"));
      symlinkSync(".claude/settings.json", at("innocent.json"));
      const temporary = (text: string | undefined): string => text?.split("\n")[0] ?? "/nonexistent";
      const settings = JSON.stringify({ sandhook: { enabled: false } });
      const run = await runClient({
        release,
        user,
        script: ({ turn, results }) => {
          const turns: readonly (readonly Call[])[] = [
            [tool("read", "Read", { file_path: at("notes.txt") })],
            [tool("edit", "Edit", { file_path: at("notes.txt"), old_string: "two", new_string: "three" })],
            [tool("write", "Write", { file_path: at("new/file.txt"), content: "new\n" })],
            [tool("settings", "Write", { file_path: at(".claude/settings.json"), content: settings })],
            [tool("link", "Write", { file_path: at("innocent.json"), content: settings })],
            [tool("secret", "Read", { file_path: join(user.home, ".ssh/id_rsa") })],
            [tool("secret-link", "Read", { file_path: at("key") })],
            [tool("outside", "Write", { file_path: join(user.root, "outside.txt"), content: "x" })],
            [tool("web", "WebFetch", { url: "https://example.org/", prompt: "what is there" })],
            [bash("temporary", 'echo of-a-command > "$TMPDIR/made"; echo "$TMPDIR"')],
            [tool("made", "Read", { file_path: join(temporary(results.get("temporary")?.text), "made") })],
          ];
          return { calls: turns[turn] ?? [] };
        },
      });
      const text = (id: string): string => run.results.get(id)?.text ?? `no result of ${id}`;
      const refused = (id: string, reason: RegExp): void => {
        expect([id, run.results.get(id)?.isError, text(id)]).toEqual([
          id,
          true,
          expect.stringMatching(reason),
        ]);
      };
      expect(text("read")).toContain("one two");
      expect(readFileSync(at("notes.txt"), "utf8")).toBe("one three\n");
      expect(readFileSync(at("new/file.txt"), "utf8")).toBe("new\n");
      refused("settings", /must stay as it is \(rule: protected path/);
      refused("link", /must stay as it is|symbolic link/);
      expect(existsSync(at(".claude/settings.json"))).toBe(false);
      refused("secret", /may hold secrets \(rule: secret ~\/\.ssh\)/);
      refused("secret-link", /may hold secrets/);
      expect(run.stdout).not.toContain("canary-of-the-key");
      refused("outside", /outside of what can be written/);
      expect(existsSync(join(user.root, "outside.txt"))).toBe(false);
      refused("web", /WebFetch was not run: no entry of network\.allowedDomains allows example\.org/);
      expect(text("made")).toContain("of-a-command");
    });
  },
);
