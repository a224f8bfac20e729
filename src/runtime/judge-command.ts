import type { PermissionEntries } from "../config/permission-entries.ts";
import { isSandboxError } from "../core/errors.ts";
import {
  evaluateRules,
  needsParser,
  refuseToParse,
  type RuleVerdict,
  type SourcedRule,
} from "../policy/permission/evaluate-rules.ts";
import { coversLine, type LinePatterns, touchesLine } from "../policy/permission/line-patterns.ts";
import { parseRule } from "../policy/permission/parse-rule.ts";
import { parseBash } from "./bash-parser.ts";

export interface CommandQuestion extends PermissionEntries {
  readonly command: string;
  /** The call's other fields, for rules such as `Bash(run_in_background:true)`. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** The client skips what it cannot read, and says so itself; so do we. */
function readable({ entries }: PermissionEntries): SourcedRule[] {
  return entries.flatMap(({ behavior, text, scope, file }) => {
    try {
      return { behavior, rule: parseRule(text), source: { scope, file } };
    } catch (error) {
      if (isSandboxError(error)) return [];
      throw error;
    }
  });
}

/** How patterns of `excludedCommands` and `commands` meet a line. */
export const linePatterns: LinePatterns = {
  covers: (command, patterns) => coversLine(command, patterns, parseBash),
  touches: (command, pattern) => touchesLine(command, pattern, parseBash),
};

/** What the user's permission rules say of the command that the model asked for. */
export function judgeCommand(question: CommandQuestion): RuleVerdict {
  const { command, input, managedOnly } = question;
  const rules = readable(question);
  const parse = needsParser(rules, command) ? parseBash : refuseToParse;
  return evaluateRules({ rules, command, parse, input, managedOnly });
}
