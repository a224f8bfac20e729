import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addHooks, dropHooks, holdsHooks } from "../../src/install/edit-settings.ts";
import { ENGINE_OPTION, setText } from "../../src/install/edit-text.ts";
import { undoSplices } from "../../src/install/splice.ts";

// Each file of phrase-book/ is one phrase: settings before, a line `=====`, and settings after. In the phrases a visible
// sign stands for what an editor would change by itself: ␍ a carriage return, ␄ the end of a text without line break.
const FOLDER = new URL("phrase-book/", import.meta.url).pathname;

/** A hook of ours, short enough to read in a phrase. */
const wanted = [
  {
    event: "PreToolUse",
    group: {
      matcher: "Bash",
      hooks: [
        {
          type: "command",
          command: "/r/sandhook/current/libexec/hook",
          timeout: 30,
          onFailure: "block",
          statusMessage: "s",
        },
      ],
    },
  },
] as const;

function readPhrase(name: string): readonly [string, string] {
  const [before = "", after = ""] = readFileSync(join(FOLDER, name), "utf8").split("=====\n");
  const plain = (text: string): string => text.replaceAll("␍", "\r").replace("␄\n", "");
  return [plain(before), plain(after)];
}

describe.each(readdirSync(FOLDER))("the phrase %s", (name) => {
  const [before, after] = readPhrase(name);

  it("reads as it is written", () => {
    expect(addHooks(before, wanted, name).after).toBe(after);
  });

  it("is undone byte for byte", () => {
    expect(undoSplices(after, addHooks(before, wanted, name).splices)).toBe(before);
  });

  it("says nothing new the second time", () => {
    expect(addHooks(after, wanted, name).splices).toEqual([]);
  });

  it("holds no hook of ours after a removal without a record", () => {
    expect(holdsHooks(after, name)).toBe(true);
    expect(holdsHooks(dropHooks(after, name).after, name)).toBe(false);
  });
});

describe("an option", () => {
  it.each([
    ["{}", '{\n  "sandhook": {\n    "engine": "docker"\n  }\n}'],
    ['{"sandhook":{}}', '{"sandhook":{"engine":"docker"}}'],
    ['{"sandhook": {"engine": "bubblewrap"}}', '{"sandhook": {"engine": "docker"}}'],
    [
      '{\n  "sandhook": {\n    "a": 1\n  }\n}',
      '{\n  "sandhook": {\n    "a": 1,\n    "engine": "docker"\n  }\n}',
    ],
    ['{"sandhook": {"engine": "docker"}}', '{"sandhook": {"engine": "docker"}}'],
  ])("in %j becomes %j", (before, after) => {
    const start = { before, after: before, splices: [] };
    expect(setText(start, ENGINE_OPTION, "docker", "f").after).toBe(after);
  });

  it("is refused where sandhook is not an object", () => {
    const start = { before: "", after: '{"sandhook": "docker"}', splices: [] };
    expect(() => setText(start, ENGINE_OPTION, "docker", "f")).toThrow(/not an object/);
  });
});
