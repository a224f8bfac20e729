import { matchesText } from "./match-rule.ts";
import type { BashMatcher } from "./parse-rule.ts";
import type { SimpleCommand } from "./split-command.ts";
import { isSafeToJudge } from "./client-floor.ts";
import { onlyHarmlessAssignments, stripWrappers } from "./strip-wrappers.ts";

/**
 * Which rule allows one simple command of a checkable line; undefined when none does, or when the client would still
 * ask: an operand outside the working folders, a redirection to a file, a builtin that evaluates its operands.
 */
export function findAllowing<R extends { readonly matcher: BashMatcher }>(
  command: SimpleCommand,
  rules: readonly R[],
): R | undefined {
  if (!isSafeToJudge(command)) return undefined;
  const forms = allowForms(command);
  const regular = !/[\t\n]| {2}/.test(command.text);
  return rules.find(
    ({ matcher }) => (regular || !hasBlank(matcher)) && forms.some((form) => matchesText(matcher, form)),
  );
}

/** The client compares blanks as written, so a rule of several words does not allow a command that is spaced in another way. */
function hasBlank(matcher: BashMatcher): boolean {
  switch (matcher.kind) {
    case "any":
      return false;
    case "wildcard":
      return matcher.pattern.replace(/ \*$/, "").includes(" ");
    case "exact":
    case "prefix":
      return matcher.text.includes(" ");
  }
}

/** The command as written between its first and last word, and behind each wrapper the client looks through. */
function allowForms(command: SimpleCommand): readonly string[] {
  const { words, assignments } = command;
  const written = [...assignments.map(({ text }) => text), ...words.map(({ text }) => text)];
  const exact = command.redirections.length === 0 ? [command.text] : [written.join(" ")];
  if (!onlyHarmlessAssignments(command)) return exact;
  return [...exact, ...stripWrappers(words).map((form) => form.map(({ text }) => text).join(" "))];
}
