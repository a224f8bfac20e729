import { describe, expect, it } from "vitest";
import {
  evaluateRules,
  needsParser,
  refuseToParse,
} from "../../../../src/policy/permission/evaluate-rules.ts";
import type { RuleVerdict } from "../../../../src/policy/permission/evaluate-rules.ts";
import { parseBash } from "../../../../src/runtime/bash-parser.ts";
import { sourced } from "../../../support/sourced-rules.ts";

type Rules = Parameters<typeof sourced>[0];

function verdict(rules: Rules, command: string, input: Record<string, unknown> = {}): RuleVerdict["kind"] {
  return evaluateRules({ rules: sourced(rules), command, parse: parseBash, input }).kind;
}

// rule → commands it denies, and commands it does not know
const DENIES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["Bash(rm:*)", ["rm", "rm x", "rm\tx", " rm x", "/bin/rm x", "FOO=1 rm x"], ["rmdir x", "echo rm", "rm-x"]],
  [
    "Bash(rm *)",
    ["rm", "rm x", "true && rm x", "true\nrm x", "a | rm x", "rm x &", "! rm x"],
    ["true # rm x"],
  ],
  ["Bash(rm*)", ["rmdir x", "rm x"], ["xrm"]],
  ["Bash(rm x)", ["rm x", "rm  x", "rm 'x'", "timeout 5 rm x", "rm x > y", "rm x;"], ["rm", "rm x y"]],
  ["Bash(git * main)", ["git push main", "git push -f origin main"], ["git main", "git push main -f"]],
  ["Bash(* --force)", ["git push --force", "true; x --force"], ["git push"]],
  [
    "Bash(rm:*)",
    ["echo $(rm x)", "echo `rm x`", 'echo "$(rm x)"', "cat <(rm x)", "cat <<E\n$(rm x)\nE"],
    ["cat <<'E'\n$(rm x)\nE"],
  ],
  [
    "Bash(rm:*)",
    ["{ rm x; }", "(rm x)", "if a; then rm x; fi", "f() { rm x; }", "case a in a) rm x;; esac"],
    ["((rm))"],
  ],
  ["Bash(rm:*)", ["\\rm x", "'rm' x", 'r"m" x', "r''m x", "$'\\x72m' x", "r\\\nm x", "x=rm; $x y"], ["$x y"]],
  [
    "Bash(rm:*)",
    [
      "timeout -k 1 5 rm x",
      "env -i A=1 rm x",
      "sudo -u root rm x",
      "xargs -n1 rm",
      "nice -n5 rm x",
      "strace -f -o log rm x",
      "flock l rm x",
      "sudo env -u A nice rm x",
    ],
    [
      "npx rm x",
      "sudo apt install rm",
      "timeout 5 npm run rm",
      "sudo git commit -m 'rm x'",
      "env A=1 npm rm",
    ],
  ],
  [
    "Bash(rm:*)",
    ["bash -c 'rm x'", "sh -ec 'true; rm x'", "eval rm x", "trap 'rm x' EXIT", "bash <<E\nrm x\nE"],
    ["echo 'rm x'"],
  ],
  [
    "Bash(rm:*)",
    [
      "find . -exec rm {} \\;",
      "alias r=rm",
      "watch 'rm x'",
      "watch -n1 'ls; rm x'",
      "env -S'rm x'",
      "bash -c \"bash -c 'rm x'\"",
    ],
    ["find . -name rm"],
  ],
  ["Bash(rm:*)", ["rm 'x", "rm x)", "if rm x", "echo 'a; rm x"], ["echo 'a"]],
  ["Bash(FOO=1 touch *)", ["FOO=1 touch a"], ["touch a", "FOO=2 touch a"]],
  ["Bash(touch a && touch b)", ["touch a && touch b"], ["touch a", "touch b"]],
  ["Bash(xargs:*)", ["a | xargs touch"], ["touch"]],
  ["Bash", ["anything", "echo 'broken"], []],
  ["Bash(*)", ["anything"], []],
  ["*", ["anything"], []],
  ["Ba*", ["anything"], []],
  ["Read(./x)", [], ["cat x"]],
];

describe("deny and ask rules", () => {
  it.each(DENIES)("%s knows its commands wherever they stand", (rule, known, unknown) => {
    for (const command of known)
      expect([command, verdict({ deny: [rule] }, command)]).toEqual([command, "deny"]);
    for (const command of known)
      expect([command, verdict({ ask: [rule] }, command)]).toEqual([command, "ask"]);
    for (const command of unknown)
      expect([command, verdict({ deny: [rule] }, command)]).toEqual([command, "none"]);
  });

  it("beat each other in the order deny, ask, allow, whatever the scope", () => {
    expect(verdict({ deny: ["Bash(rm *)"], ask: ["Bash(rm x)"], allow: ["Bash"] }, "rm x")).toBe("deny");
    expect(verdict({ ask: ["Bash(rm *)"], allow: ["Bash(rm x)"] }, "rm x")).toBe("ask");
    expect(verdict({ ask: ["Bash(ls *)"], deny: ["Bash(rm *)"] }, "ls; rm x")).toBe("deny");
  });

  it("name the rule, its file and the part of the line", () => {
    const rules = sourced({ deny: ["Bash(rm *)"] }, "project");
    const result = evaluateRules({ rules, command: "ls && timeout 5 rm x", parse: parseBash });
    expect(result).toEqual({ kind: "deny", rule: rules[0], part: "timeout 5 rm x" });
  });

  it("match on input fields of the call, but never on the command as a field", () => {
    const rules = { deny: ["Bash(dangerouslyDisableSandbox:true)", "Bash(command:ls)"] };
    expect(verdict(rules, "ls", { command: "ls", dangerouslyDisableSandbox: true })).toBe("deny");
    expect(verdict(rules, "ls", { command: "ls", dangerouslyDisableSandbox: false })).toBe("none");
    expect(verdict({ ask: ["Bash(run_in_background:*)"] }, "ls", { run_in_background: true })).toBe("ask");
    expect(verdict({ allow: ["Bash(timeout:5000)"] }, "ls", { timeout: 5000 })).toBe("none");
  });

  it("ask about a line that goes deeper or longer than they look", () => {
    const deep = Array.from({ length: 9 }).reduce<string>((inner) => `eval ${JSON.stringify(inner)}`, "ls");
    expect(verdict({ deny: ["Bash(rm *)"] }, deep)).toBe("ask");
    expect(verdict({ deny: ["Bash(rm *)"] }, `env ${"A=1 ".repeat(400)}rm x`)).toBe("ask");
    const often = Array.from({ length: 50 }, (_, at) => `x=${at}; $x a`).join("; ");
    expect(verdict({ deny: ["Bash(rm *)"] }, often)).toBe("ask");
    expect(verdict({ allow: ["Bash(ls)"] }, deep)).toBe("none");
  });
});

const ALLOWS: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [
    ["Bash(npm test:*)"],
    ["npm test", "npm test -- x", "time npm test", "timeout 5 npm test", "CI=1 npm test"],
    ["npm tests"],
  ],
  [
    ["Bash(npm test:*)"],
    ["npm test; npm test", "npm test 2>&1", "npm test >/dev/null"],
    ["npm test; ls", "npm test > f"],
  ],
  [
    ["Bash(npm test:*)"],
    [],
    ["npm test $(x)", "npm test $X", "npm test `x`", "npm test <(x)", "npm test &", "(npm test)"],
  ],
  [
    ["Bash(npm test:*)"],
    [],
    ["PATH=. npm test", "CI=$X npm test", "env npm test", "npm test {a,b}", "npm test 'x"],
  ],
  [["Bash(npm test)"], ["npm test", "npm test # c"], ["npm  test", "npm test x", "npm 'test'"]],
  [
    ["Bash(touch *)"],
    ["touch a"],
    ["touch /etc/a", "touch ../a", "touch ~/a", "touch *", "touch .git/config"],
  ],
  [["Bash(cd:*)", "Bash(touch:*)"], ["cd sub"], ["cd sub && touch a", "cd /", "cd ../x"]],
  [
    ["Bash(exec:*)", "Bash(find:*)"],
    ["find . -name x"],
    ["exec ls", "find . -delete", "find . -exec ls {} +"],
  ],
  [["Bash(touch a && touch b)"], ["touch a && touch b"], ["touch a", "touch a && touch c"]],
  [["Bash"], ["anything $(at all)", "rm x"], ["rm -rf /", "rm -r ~", "x > .claude/settings.json", "echo 'x"]],
  [["*", "Ba*", "Bash(run_in_background:true)"], [], ["touch a"]],
];

describe("allow rules", () => {
  it.each(ALLOWS)("%s lift the prompt only for what they name", (rules, allowed, others) => {
    for (const command of allowed)
      expect([command, verdict({ allow: rules }, command)]).toEqual([command, "allow"]);
    for (const command of others)
      expect([command, verdict({ allow: rules }, command)]).toEqual([command, "none"]);
  });

  it("give one rule per part", () => {
    const rules = sourced({ allow: ["Bash(a:*)", "Bash(b:*)"] });
    const result = evaluateRules({ rules, command: "b; a 1; b", parse: parseBash });
    expect(result).toEqual({ kind: "allow", rules: [rules[1], rules[0], rules[1]] });
  });
});

describe("allowManagedPermissionRulesOnly", () => {
  it("drops the rules of every other scope", () => {
    const rules = [...sourced({ allow: ["Bash"] }, "user"), ...sourced({ ask: ["Bash(ls)"] }, "managed")];
    const ask = (command: string): string =>
      evaluateRules({ rules, command, parse: parseBash, managedOnly: true }).kind;
    expect([ask("ls"), ask("cat")]).toEqual(["ask", "none"]);
  });
});

describe("needsParser", () => {
  const rules = sourced({ deny: ["Bash(rm *)"] });

  it("is false without Bash rules and for plain commands", () => {
    expect(needsParser(sourced({ deny: ["Read(x)"] }), "a $(b)")).toBe(false);
    expect(needsParser(rules, "npm test")).toBe(false);
    expect(evaluateRules({ rules, command: "rm x", parse: refuseToParse }).kind).toBe("deny");
  });

  it("is true for commands that may hold another command line", () => {
    for (const command of [
      "a; b",
      "bash -c 'rm x'",
      "timeout 5 sh -c 'rm x'",
      "eval rm",
      "find . -exec rm",
    ]) {
      expect([command, needsParser(rules, command)]).toEqual([command, true]);
    }
  });
});
