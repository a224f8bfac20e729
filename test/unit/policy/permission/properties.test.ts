import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateRules } from "../../../../src/policy/permission/evaluate-rules.ts";
import { readPlainWords } from "../../../../src/policy/permission/plain-command.ts";
import { splitCommand } from "../../../../src/policy/permission/split-command.ts";
import { parseBash } from "../../../../src/runtime/bash-parser.ts";
import { sourced } from "../../../support/sourced-rules.ts";

/** Text rich in what bash gives a meaning to. */
const shellish = fc
  .array(
    fc.oneof(
      fc.constantFrom(..." \t\n'\"\\$`(){}[]<>|&;#!*?~=+-,:@%^/.".split("")),
      fc.constantFrom(
        "rm",
        "x",
        "a b",
        "if",
        "time",
        "A=1",
        "$(",
        "<<E\n",
        "''",
        "2>&1",
        "\u00a0",
        "\0",
        "--",
        "é",
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

const plainish = fc
  .array(
    fc.constantFrom(
      "rm",
      " ",
      "  ",
      "\t",
      "'a b'",
      "''",
      "'",
      "x=1",
      "-n",
      "/a/b",
      "if",
      "=",
      "time",
      "@",
      "+",
      "#",
      "~",
      "%1",
      "é",
    ),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(""));

/** Ways to put a command somewhere in a command line where bash runs it. */
const PLACES: readonly ((inner: string) => string)[] = [
  (inner) => `true && ${inner}`,
  (inner) => `${inner} | cat`,
  (inner) => `( ${inner} )`,
  (inner) => `{ ${inner}; }`,
  (inner) => `echo $( ${inner} )`,
  (inner) => `echo "a $( ${inner} ) b"`,
  (inner) => `cat <( ${inner} )`,
  (inner) => `if true; then ${inner}; fi`,
  (inner) => `for i in 1 2; do ${inner}; done`,
  (inner) => `case a in a) ${inner};; esac`,
  (inner) => `f() { ${inner}; }; f`,
  (inner) => `cat <<E\n$( ${inner} )\nE\n`,
  (inner) => `echo \${A:-$( ${inner} )}`,
  (inner) => `[[ -n $( ${inner} ) ]]`,
  (inner) => `A=$( ${inner} ) true`,
  (inner) => `echo $(( 1 + $( ${inner} ) ))`,
  (inner) => `bash -c '${inner.replaceAll("'", "'\\''")}'`,
  (inner) => `eval '${inner.replaceAll("'", "'\\''")}'`,
  (inner) => `while ${inner}; do break; done`,
  (inner) => `true &\n${inner}`,
];
const SPELLINGS = [
  "rm x",
  "\\rm x",
  "'rm' x",
  'r""m x',
  "timeout 5 rm x",
  "env -i rm x",
  "A=1 rm x",
  "/bin/rm x",
  ">y rm x",
];

const placed = fc
  .tuple(fc.constantFrom(...SPELLINGS), fc.array(fc.constantFrom(...PLACES), { maxLength: 4 }))
  .map(([command, places]) => places.reduce((inner, place) => place(inner), command));

describe("a plain command", () => {
  it("is one simple command with the same words to the parser", () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.oneof(shellish, plainish), (text) => {
        const words = readPlainWords(text);
        if (words === undefined) return;
        plain += 1;
        const split = splitCommand(text, parseBash);
        if (split.kind === "unparsable") throw new Error(split.reason);
        expect(split.commands.map((command) => command.words)).toEqual([words]);
        expect(split.commands[0]).toMatchObject({ assignments: [], redirections: [] });
      }),
      { numRuns: 20_000 },
    );
    expect(plain).toBeGreaterThan(1000);
  });

  it("is the same words to bash", () => {
    const texts = fc.sample(plainish, 400).filter((text) => readPlainWords(text) !== undefined);
    const script = texts
      .map((text) => `set -- ${text.trimStart()}\nprintf '%s\\0' "$@"; printf '\\n\\0'`)
      .join("\n");
    const printed = execFileSync("bash", ["--norc", "-f", "-c", script], { encoding: "utf8" })
      .split("\n\0")
      .slice(0, -1);
    const expected = texts.map((text) =>
      readPlainWords(text)
        ?.map(({ value }) => `${value}\0`)
        .join(""),
    );
    expect(printed).toEqual(expected);
  });
});

describe("a denied command", () => {
  it("is found wherever a command line runs it", () => {
    const rules = sourced({ deny: ["Bash(rm *)"], allow: ["Bash"] });
    fc.assert(
      fc.property(placed, (command) => {
        expect(evaluateRules({ rules, command, parse: parseBash }).kind).toBe("deny");
      }),
      { numRuns: 2_000 },
    );
  });

  it("is never allowed by a rule for another command", () => {
    const rules = sourced({ allow: ["Bash(true *)", "Bash(cat *)", "Bash(echo *)"] });
    fc.assert(
      fc.property(placed, (command) => {
        expect(evaluateRules({ rules, command, parse: parseBash }).kind).toBe("none");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("evaluateRules", () => {
  const order = ["allow", "none", "ask", "deny"];

  it("gives a verdict on any text, and a deny rule more never makes it laxer", () => {
    fc.assert(
      fc.property(fc.oneof(shellish, placed), (command) => {
        const rules = { allow: ["Bash(x *)", "Bash(rm *)"], ask: ["Bash(a *)"] };
        const without = evaluateRules({ rules: sourced(rules), command, parse: parseBash }).kind;
        const more = sourced({ ...rules, deny: ["Bash(rm *)"] });
        const within = evaluateRules({ rules: more, command, parse: parseBash }).kind;
        expect(order.indexOf(within)).toBeGreaterThanOrEqual(order.indexOf(without));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("an allowed command", () => {
  // Starts bash some hundred times, which a loaded machine takes its time for.
  it("is one that bash can read", { timeout: 180_000 }, () => {
    const rules = sourced({
      allow: ["Bash(* *)", "Bash(*a*)", "Bash(*r*)", "Bash(*x*)", "Bash(*-*)", "Bash(*,*)"],
    });
    const texts = fc.sample(fc.oneof(shellish, placed), { numRuns: 3_000, seed: 7 });
    const allowed = texts.filter(
      (text) => evaluateRules({ rules, command: text, parse: parseBash }).kind === "allow",
    );
    expect(allowed.length).toBeGreaterThan(100);
    expect(allowed.filter((text) => !bashAccepts(text))).toEqual([]);
  });
});

function bashAccepts(text: string): boolean {
  try {
    execFileSync("bash", ["--norc", "-n"], { input: text, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}
