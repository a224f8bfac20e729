import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** What may name its own process: a temporary file's name, a default that the hook's caller replaces, and a lock's holder. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "src/runtime/network/record-policy.ts": ["process.pid"],
  "src/runtime/launch-store.ts": ["process.pid"],
  "src/runtime/audit/lock.ts": ["process.pid"],
};

async function modulesOf(entry: string): Promise<string[]> {
  const options = { bundle: true, write: false, metafile: true, platform: "node", format: "cjs" } as const;
  const { metafile } = await build({ ...options, entryPoints: [entry], external: ["zod", "unbash"] });
  return Object.keys(metafile.inputs).filter((file) => file.startsWith("src/") && file.endsWith(".ts"));
}

describe("what the resident process runs for a caller", () => {
  it("reads neither variables, working folder nor relatives of its own process, and keeps nothing in its modules", async () => {
    const entries = ["src/runtime/answer-event.ts", "hooks/settings-reader.ts", "hooks/permission-rules.ts"];
    const modules = new Set((await Promise.all(entries.map(modulesOf))).flat());
    expect(modules.size).toBeGreaterThan(50);
    const found = [...modules].flatMap((file) => {
      const text = readFileSync(file, "utf8");
      const own = text.match(/process\.(?:env|cwd|pid|ppid|argv\w*|stdin|chdir|umask)\b/g) ?? [];
      const kept = text.match(
        /^(?:export )?(?:let|var) .*|^(?:export )?const \w+ = new Map(?:<[^>]*>)?\(\).*/gm,
      );
      const allowed = ALLOWED[file] ?? [];
      return [...own.filter((use) => !allowed.includes(use)), ...(kept ?? [])].map(
        (use) => `${file}: ${use}`,
      );
    });
    expect(found).toEqual([]);
  });
});
