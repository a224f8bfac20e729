import type { RuleScope, SourcedRule } from "../../src/policy/permission/evaluate-rules.ts";
import { parseRule } from "../../src/policy/permission/parse-rule.ts";

/** Rules as they stand in a settings file, parsed; those the client cannot read either are left out, as it does. */
export function sourced(
  rules: Partial<Readonly<Record<"deny" | "ask" | "allow", readonly string[]>>>,
  scope: RuleScope = "user",
): readonly SourcedRule[] {
  const source = { scope, file: `${scope}/settings.json` };
  return (["deny", "ask", "allow"] as const).flatMap((behavior) =>
    (rules[behavior] ?? []).flatMap((text) => {
      const rule = tryParse(text);
      return rule === undefined ? [] : [{ behavior, rule, source }];
    }),
  );
}

function tryParse(text: string): SourcedRule["rule"] | undefined {
  try {
    return parseRule(text);
  } catch {
    return undefined;
  }
}
