import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseShellLine, unquoteWord } from "../../src/protocol/shell-line.ts";
import { quote } from "../../src/rewrite/quote.ts";
import { asUser, type Ground } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

/** `npm run fuzz` plays so many times more. */
const MORE = process.env["SANDHOOK_FUZZ"] === undefined ? 1 : 50;
const LONGEST = { timeout: 120_000 * MORE };

const SHELLS = ["bash", "zsh", "dash"].filter((name) => existsSync(`/bin/${name}`));

/** Text that is hard on quoting more often than chance would have it. No shell can be handed a NUL. */
const hardText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        "\\",
        "`",
        "$",
        "\n",
        "!",
        " ",
        "$(",
        "${x}",
        "'\"'\"'",
        "\\'",
        "&&",
        ";",
        "#",
      ),
      fc.constantFrom(
        "eval ",
        " && pwd -P >| /tmp/x",
        " < /dev/null",
        "\r",
        "\t",
        "é",
        "*",
        "~",
        "=",
        "^",
        "%",
      ),
      fc.string({ unit: "binary-ascii", maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join("").replaceAll("\0", ""));

/** The ways in which releases of the client write a command into its line. */
const STYLES: Readonly<Record<string, (text: string) => string>> = {
  "'\"'\"'": (text) => `'${text.replaceAll("'", `'"'"'`)}'`,
  "'\\''": (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  '"': (text) => `"${text.replaceAll(/["\\`$]/g, "\\$&")}"`,
};
const style = fc.constantFrom(...Object.values(STYLES));

/** What a shell makes of words. */
function evaluate(shell: string, words: readonly string[]): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}`).join("\n");
  const { stdout } = spawnSync(`/bin/${shell}`, ["-f", "-c", script], {
    cwd: "/",
    encoding: "latin1",
  });
  return stdout.split("\0").slice(0, -1);
}

const bytes = (text: string): string => Buffer.from(text).toString("latin1");

function expectSame(words: readonly string[], texts: readonly string[]): void {
  for (const shell of SHELLS) expect(evaluate(shell, words), shell).toEqual(texts.map(bytes));
}

describe("the words of a shell line", () => {
  it("G-01 are read back whatever the command is, as bash, zsh and dash read them", LONGEST, () => {
    const written = fc.tuple(hardText, style).map(([text, render]) => ({ text, word: render(text) }));
    fc.assert(
      fc.property(fc.array(written, { minLength: 40, maxLength: 40 }), (cases) => {
        expect(cases.map(({ word }) => unquoteWord(word))).toEqual(cases.map(({ text }) => text));
        const words = cases.map(({ word }) => word);
        expectSame(
          words,
          cases.map(({ text }) => text),
        );
      }),
      { numRuns: 10 * MORE },
    );
  });

  it("G-01 are either refused or read as the shells read them, whatever they look like", LONGEST, () => {
    const junk = fc
      .array(
        fc.constantFrom("'", '"', "\\", "a", "b$", "`", "$", "\n", " ", "!", "x=", "*", "{", "}", "é", "-"),
        {
          minLength: 1,
          maxLength: 9,
        },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(junk, { minLength: 400, maxLength: 400 }), (words) => {
        const read = words.flatMap((word) => {
          const text = unquoteWord(word);
          return text === undefined ? [] : [{ word, text }];
        });
        expectSame(
          read.map(({ word }) => word),
          read.map(({ text }) => text),
        );
      }),
      { numRuns: 5 * MORE },
    );
  });

  it("G-01 are written by our own quoting so that the shells read the text", LONGEST, () => {
    fc.assert(
      fc.property(fc.array(hardText, { minLength: 40, maxLength: 40 }), (texts) => {
        expectSame(texts.map(quote), texts);
      }),
      { numRuns: 5 * MORE },
    );
  });

  it("G-01 give the command of a whole line, whatever it holds", LONGEST, () => {
    const preamble = fc.constantFrom("", " && shopt -u extglob 2>/dev/null || true", " && export A='eval x'");
    const end = fc.constantFrom("", " \\< /dev/null", " < /dev/null");
    fc.assert(
      fc.property(hardText, style, preamble, end, (text, render, before, after) => {
        fc.pre(text !== "");
        const head = `source /h/.claude/shell-snapshots/snapshot-bash-1-a.sh 2>/dev/null || true${before}`;
        const parsed = parseShellLine(
          `${head} && eval ${render(text)}${after} && pwd -P >| /tmp/claude-1-cwd`,
        );
        expect(parsed).toEqual({ kind: "call", preamble: head, command: text, cwdFile: "/tmp/claude-1-cwd" });
      }),
      { numRuns: 1000 * MORE },
    );
  });
});

/** Hands one line to the installed gate, as the client's bash does. */
function startGate(
  ground: Ground,
  shell: string,
  command: string,
): { status: number | null; stdout: string } {
  const snapshot = path.join(ground.home, `.claude/shell-snapshots/snapshot-${shell}-1-a.sh`);
  const cwdFile = path.join(ground.root, "cwd");
  const line = `source ${snapshot} 2>/dev/null || true && eval ${quote(command)} \\< /dev/null && pwd -P >| ${cwdFile}`;
  const gate = path.join(ground.home, ".local/share/sandhook/current/libexec/shell-gate");
  const [file = "", ...args] = asUser(ground, ["/bin/bash", "-c", `${gate} ${quote(line)}`]);
  const env = { HOME: ground.home, PATH: "/usr/bin:/bin", LANG: "C.UTF-8" };
  const { status, stdout } = spawnSync(file, args, { cwd: ground.project, env, encoding: "latin1" });
  return { status, stdout };
}

describe.runIf(engineAvailable("bubblewrap"))("the gate", () => {
  it.each(["bash", "zsh"].filter((name) => SHELLS.includes(name)))(
    "G-01 runs that text and no other in %s, inside",
    LONGEST,
    (shell) => {
      const ground = bubblewrapGround();
      const folder = path.join(ground.home, ".claude/shell-snapshots");
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, `snapshot-${shell}-1-a.sh`), "true\n");
      const canary = path.join(ground.home, "canary");
      fc.assert(
        fc.property(hardText, style, (text, render) => {
          const command = `touch '${canary}' 2>/dev/null; printf '%s' ${render(text)}`;
          expect(startGate(ground, shell, command)).toEqual({ status: 0, stdout: bytes(text) });
          expect(existsSync(canary)).toBe(false);
        }),
        { numRuns: 5 * MORE },
      );
    },
  );
});
