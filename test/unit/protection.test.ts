import { describe, expect, it } from "vitest";
import { gateState, hookState, type SettingsOf } from "../../src/config/protection.ts";

const OURS = "/home/me/.local/share/sandhook/current/libexec/shell-gate";
const handler = { type: "command", command: "/home/me/.local/share/sandhook/current/libexec/hook" };
const hooks = (matcher: string): unknown => ({ PreToolUse: [{ matcher, hooks: [handler] }] });
const of = (scope: SettingsOf["scope"], settings: SettingsOf["settings"]): SettingsOf => ({
  scope,
  file: scope,
  settings,
});
const gate = (value: unknown): Record<string, unknown> => ({ env: { CLAUDE_CODE_SHELL_PREFIX: value } });

describe("the hook's state", () => {
  const user = of("user", { hooks: hooks("Bash|Monitor") });

  it.each([
    ["is in effect when a file registers it", [user], { kind: "in-effect" }],
    ["is absent without a registration", [of("user", {})], { kind: "absent" }],
    [
      "is absent when its matcher leaves Bash out",
      [of("user", { hooks: hooks("Monitor") })],
      { kind: "absent" },
    ],
    [
      "is off when a repository says so",
      [of("project", { disableAllHooks: true }), user],
      { kind: "disabled", file: "project" },
    ],
    [
      "is in effect when a stronger file says no",
      [of("local", { disableAllHooks: false }), of("project", { disableAllHooks: true }), user],
      { kind: "in-effect" },
    ],
    [
      "is in effect when the organisation registers it, whatever others say",
      [of("managed", { hooks: hooks("*") }), of("project", { disableAllHooks: true })],
      { kind: "in-effect" },
    ],
    [
      "is absent in settings of another shape",
      [of("user", { hooks: { PreToolUse: "x" } })],
      { kind: "absent" },
    ],
  ] as const)("%s", (_, files, expected) => {
    expect(hookState(files)).toEqual(expected);
  });
});

describe("the gate's state", () => {
  it.each([
    ["is in effect when the strongest value is ours", [of("user", gate(OURS))], { kind: "in-effect" }],
    [
      "is replaced by a stronger value, also an empty one",
      [of("project", gate("")), of("user", gate(OURS))],
      { kind: "replaced", scope: "project", file: "project", value: "" },
    ],
    ["is absent when nobody registers it", [of("project", gate("/usr/bin/nice"))], { kind: "absent" }],
    [
      "is in effect when the organisation registers it",
      [of("managed", gate(OURS)), of("project", gate("/evil"))],
      { kind: "in-effect" },
    ],
  ] as const)("%s", (_, files, expected) => {
    expect(gateState(files)).toEqual(expected);
  });
});
