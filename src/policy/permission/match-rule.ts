import type { BashMatcher, BashRule, PermissionRule } from "./parse-rule.ts";

/** Whether one text form of a command is what the matcher means. Matching is case-sensitive and anchored at both ends. */
export function matchesText(matcher: BashMatcher, text: string): boolean {
  switch (matcher.kind) {
    case "any":
      return true;
    case "exact":
      return text === matcher.text;
    case "prefix":
      return matchesPrefix(matcher.text, text);
    case "wildcard":
      return matchesWildcard(matcher.pattern, text);
  }
}

/** A prefix ends at a blank or at the end of the command: `touch:*` is not `touchx`. */
function matchesPrefix(prefix: string, text: string): boolean {
  if (prefix === "") return false;
  if (text === prefix) return true;
  return text.startsWith(prefix) && /^[ \t\n]/.test(text.slice(prefix.length));
}

/** A lone trailing ` *` may match nothing: `ls *` is also `ls`. Measured on the client, release 2.1.330. */
function matchesWildcard(pattern: string, text: string): boolean {
  if (matchesStars(pattern, text)) return true;
  const head = pattern.slice(0, -2);
  if (!pattern.endsWith(" *") || head.trim() === "") return false;
  return head.includes("*") ? matchesStars(head, text) : matchesPrefix(head, text);
}

/** Linear glob match with `*` only; a backtracking pattern would let a long command stall the decision. */
function matchesStars(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Whether a rule covers every call of the Bash tool, whatever its command. */
export function coversEveryCommand(rule: PermissionRule): boolean {
  switch (rule.kind) {
    case "bash":
      return rule.matcher.kind === "any";
    case "tools":
      return matchesStars(rule.pattern, "Bash");
    case "other":
      return false;
  }
}

/** Whether a `field:value` rule describes an input field of this call. The command itself is not a field. */
export function matchesInputField(rule: BashRule, input: Readonly<Record<string, unknown>>): boolean {
  const { field } = rule;
  if (field === undefined || field.name === "command") return false;
  const given = Object.hasOwn(input, field.name) ? input[field.name] : undefined;
  if (given === undefined || given === null) return false;
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return matchesStars(field.value, text);
}
