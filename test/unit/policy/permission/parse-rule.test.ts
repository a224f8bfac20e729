import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/core/errors.ts";
import { parseRule } from "../../../../src/policy/permission/parse-rule.ts";

describe("parseRule", () => {
  it.each([
    ["Bash", { kind: "bash", matcher: { kind: "any" } }],
    ["Bash(*)", { kind: "bash", matcher: { kind: "any" } }],
    ["Bash(npm test)", { kind: "bash", matcher: { kind: "exact", text: "npm test" } }],
    ["Bash(npm run test:*)", { kind: "bash", matcher: { kind: "prefix", text: "npm run test" } }],
    ["Bash(git * main)", { kind: "bash", matcher: { kind: "wildcard", pattern: "git * main" } }],
    ["Bash(echo \\(a\\))", { kind: "bash", matcher: { kind: "exact", text: "echo (a)" } }],
    ["Read(./secrets/**)", { kind: "other", tool: "Read", specifier: "./secrets/**" }],
    ["WebFetch(domain:example.com)", { kind: "other", tool: "WebFetch", specifier: "domain:example.com" }],
    ["mcp__server__tool", { kind: "other", tool: "mcp__server__tool" }],
    ["Edit", { kind: "other", tool: "Edit" }],
    ["Ba*", { kind: "tools", pattern: "Ba*" }],
  ])("reads %s", (text, expected) => {
    expect(parseRule(text)).toEqual({ text, ...expected });
  });

  it("keeps both readings of a text that may be an input field", () => {
    expect(parseRule("Bash(dangerouslyDisableSandbox:true)")).toEqual({
      kind: "bash",
      text: "Bash(dangerouslyDisableSandbox:true)",
      matcher: { kind: "exact", text: "dangerouslyDisableSandbox:true" },
      field: { name: "dangerouslyDisableSandbox", value: "true" },
    });
  });

  it.each(["Bash()", " Bash(a)", "Bash (a)", "Bash(a", "Bash(a) ", "Bash(a)x", "", "(a)", "Bash( )"])(
    "refuses %j with a code",
    (text) => {
      expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: "permission-rule-malformed" }));
    },
  );

  it("throws nothing but coded errors", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `Bash(${text})`),
        ),
        (text) => {
          try {
            return parseRule(text).text === text;
          } catch (error) {
            return error instanceof InputError;
          }
        },
      ),
    );
  });
});
