import { findAllowing } from "./allow-command.ts";
import { hitsFloor, isSafeToJudge, movesAndWrites } from "./client-floor.ts";
import { commandForms } from "./command-forms.ts";
import type { CommandForm } from "./command-forms.ts";
import { coversEveryCommand, matchesInputField, matchesText } from "./match-rule.ts";
import { mayNest } from "./nested-scripts.ts";
import type { BashRule, PermissionRule } from "./parse-rule.ts";
import { readPlainWords } from "./plain-command.ts";
import type { ParseShell } from "./shell-syntax.ts";
import { splitCommand } from "./split-command.ts";
import type { SplitCommand } from "./split-command.ts";

export type RuleScope = "managed" | "launcher" | "local" | "project" | "user";

/** A rule and where it was written, for messages and `explain`. */
export type SourcedRule = {
  readonly behavior: "deny" | "ask" | "allow";
  readonly rule: PermissionRule;
  readonly source: { readonly scope: RuleScope; readonly file: string };
};

export type RuleVerdict =
  /** `part` is the piece of the command line that the rule knows. */
  | { readonly kind: "deny"; readonly rule: SourcedRule; readonly part: string }
  | { readonly kind: "ask"; readonly rule: SourcedRule; readonly part: string }
  /** Deny or ask rules exist and some of the line is out of their reach: `reason` says why. */
  | { readonly kind: "ask"; readonly rule?: undefined; readonly part: string; readonly reason: string }
  /** One rule per part of the line, in order. */
  | { readonly kind: "allow"; readonly rules: readonly SourcedRule[] }
  /** No rule speaks, or not for every part: `autoAllow` decides. */
  | { readonly kind: "none" };

export type RuleQuestion = {
  readonly rules: readonly SourcedRule[];
  /** The command as the model asked for it, not the rewritten one. */
  readonly command: string;
  readonly parse: ParseShell;
  /** The call's other fields, for rules such as `Bash(dangerouslyDisableSandbox:true)`. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** `allowManagedPermissionRulesOnly` of the managed settings: rules of other scopes do not count. */
  readonly managedOnly?: boolean;
};

/**
 * Evaluates the user's Bash permission rules on the command the model asked for, before it is rewritten.
 *
 * How the pipeline calls it: parse every `permissions.deny|ask|allow` entry of every scope once with `parseRule` (an
 * entry that throws is reported and skipped, as the client does), then
 *
 *     const parse = needsParser(rules, command) ? (await import("../runtime/bash-parser.ts")).parseBash : undefined;
 *     evaluateRules({ rules, command, parse: parse ?? refuseToParse, input: tool_input, managedOnly });
 *
 * deny refuses the call; ask becomes `permissionDecision: "ask"` on it; allow lifts the prompt; none leaves the decision
 * to `autoAllow`. Deny beats ask beats allow, over all scopes. The result equals what the client does with no hook, or is
 * stricter; a line that cannot be parsed is never allowed. Throws nothing of its own.
 */
export function evaluateRules(question: RuleQuestion): RuleVerdict {
  const rules = applicable(question);
  if (rules.length === 0) return { kind: "none" };
  const split = splitLine(question.command, question.parse);
  const restriction = findRestriction(question, rules, split);
  return restriction ?? findAllowance(question.command, rules, split);
}

/** Whether evaluateRules would call the parser; when false, it need not be loaded. */
export function needsParser(rules: readonly SourcedRule[], command: string): boolean {
  if (!rules.some(({ rule }) => rule.kind !== "other")) return false;
  const words = readPlainWords(command);
  return words === undefined || words.some(({ value }) => mayNest(value));
}

/** Stands in for the parser where needsParser said no; whatever reaches it all the same is unparsable, hence not allowed. */
export const refuseToParse: ParseShell = () => ({ kind: "unparsable", reason: "no parser was loaded" });

function applicable({ rules, managedOnly }: RuleQuestion): readonly SourcedRule[] {
  return rules.filter(
    ({ rule, source }) => rule.kind !== "other" && (managedOnly !== true || source.scope === "managed"),
  );
}

/** The simple commands of a line; the parser is asked only for what is not plain. */
export function splitLine(command: string, parse: ParseShell): SplitCommand {
  const words = readPlainWords(command);
  if (words === undefined) return splitCommand(command, parse);
  const simple = { text: command.trim(), assignments: [], redirections: [], words };
  return { kind: "commands", commands: [simple], variables: new Map(), checkable: true };
}

function findRestriction(
  question: RuleQuestion,
  rules: readonly SourcedRule[],
  split: SplitCommand,
): RuleVerdict | undefined {
  const restricting = rules.filter(({ behavior }) => behavior !== "allow");
  if (restricting.length === 0) return undefined;
  const { forms, doubt } = commandForms(question.command, split, question.parse);
  for (const kind of ["deny", "ask"] as const) {
    for (const sourced of restricting.filter(({ behavior }) => behavior === kind)) {
      const part = findPart(sourced.rule, forms, question);
      if (part !== undefined) return { kind, rule: sourced, part };
    }
  }
  return doubt === undefined ? undefined : { kind: "ask", part: question.command, reason: doubt };
}

function findPart(
  rule: PermissionRule,
  forms: readonly CommandForm[],
  { command, input = {} }: RuleQuestion,
): string | undefined {
  if (coversEveryCommand(rule)) return command;
  if (rule.kind !== "bash") return undefined;
  if (matchesInputField(rule, input)) return command;
  return forms.find(({ text }) => matchesText(rule.matcher, text))?.part;
}

function findAllowance(command: string, rules: readonly SourcedRule[], split: SplitCommand): RuleVerdict {
  const allowing = rules.flatMap((sourced) =>
    sourced.behavior === "allow" && sourced.rule.kind === "bash"
      ? [{ sourced, ...matcherOf(sourced.rule) }]
      : [],
  );
  if (split.kind === "unparsable") return { kind: "none" };
  const every = allowing.find(({ matcher }) => matcher.kind === "any");
  if (every !== undefined)
    return hitsFloor(command) ? { kind: "none" } : { kind: "allow", rules: [every.sourced] };
  if (!split.checkable || split.commands.length === 0) return { kind: "none" };
  const whole = allowing.find(({ matcher }) => matcher.kind === "exact" && matcher.text === command.trim());
  if (whole !== undefined && split.commands.every(isSafeToJudge))
    return { kind: "allow", rules: [whole.sourced] };
  if (movesAndWrites(split)) return { kind: "none" };
  const found = split.commands.map((part) => findAllowing(part, allowing)?.sourced);
  const all = found.filter((sourced) => sourced !== undefined);
  return all.length === found.length ? { kind: "allow", rules: all } : { kind: "none" };
}

function matcherOf({ matcher }: BashRule): Pick<BashRule, "matcher"> {
  return { matcher };
}
