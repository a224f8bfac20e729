import { isHarmlessRedirection } from "./client-floor.ts";
import { commandForms } from "./command-forms.ts";
import { splitLine } from "./evaluate-rules.ts";
import { matchesText } from "./match-rule.ts";
import { type BashMatcher, parseMatcher } from "./parse-rule.ts";
import type { ParseShell } from "./shell-syntax.ts";
import type { SimpleCommand } from "./split-command.ts";

/** How patterns of commands, written as in a Bash permission rule, meet a command line. */
export interface LinePatterns {
  /** What may give a line more: see `coversLine`. */
  readonly covers: (command: string, patterns: readonly string[]) => boolean;
  /** What may only take away: see `touchesLine`. */
  readonly touches: (command: string, pattern: string) => boolean;
}

/** The matcher of a pattern; `Bash(gh *)` means the same as `gh *`. */
function matcherOf(pattern: string): BashMatcher {
  return parseMatcher(/^Bash\((.+)\)$/s.exec(pattern)?.[1] ?? pattern);
}

/**
 * Whether every command of the line matches one of the patterns, and nothing of the line is decided at run time: no
 * substitution, no expansion, no file name pattern, no assignment, no function, no background job, no redirection to a
 * file. Under-matching is wanted: what is granted on a match is granted to the whole line.
 */
export function coversLine(command: string, patterns: readonly string[], parse: ParseShell): boolean {
  const split = splitLine(command, parse);
  if (split.kind === "unparsable" || !split.checkable || split.commands.length === 0) return false;
  const matchers = patterns.map(matcherOf);
  return split.commands.every(
    (simple) => isFixed(simple) && matchers.some((matcher) => matchesText(matcher, writtenText(simple))),
  );
}

function isFixed({ assignments, redirections, words }: SimpleCommand): boolean {
  return (
    words.length > 0 &&
    assignments.length === 0 &&
    words.every(({ fixed }) => fixed) &&
    redirections.every(isHarmlessRedirection)
  );
}

function writtenText({ words }: SimpleCommand): string {
  return words.map(({ text }) => text).join(" ");
}

/**
 * Whether any command of the line may be one that the pattern means, also inside scripts, behind wrappers and in a line
 * that cannot be parsed. Over-matching is wanted; a line that is too long to check counts as a match.
 */
export function touchesLine(command: string, pattern: string, parse: ParseShell): boolean {
  const { forms, doubt } = commandForms(command, splitLine(command, parse), parse);
  const matcher = matcherOf(pattern);
  return doubt !== undefined || forms.some(({ text }) => matchesText(matcher, text));
}
