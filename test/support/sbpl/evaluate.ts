import { parseSbpl, type Sexp } from "../../../src/engine/seatbelt/sbpl.ts";
import type { Parameters } from "./evaluate-value.ts";
import { KNOWN_OPERATIONS, wildcardsOf } from "./known-operations.ts";
import { matchFilter } from "./match-filter.ts";
import type { Request, Verdict } from "./request.ts";

export interface Rule {
  readonly action: Verdict;
  readonly operations: readonly string[];
  readonly filters: readonly Sexp[];
}

function isModifier(item: Sexp): boolean {
  return item.kind === "list" && item.items[0]?.kind === "symbol" && item.items[0].name === "with";
}

function readRule(expression: Sexp): readonly Rule[] {
  if (expression.kind !== "list") throw new Error("text outside a rule");
  const [head, ...rest] = expression.items;
  const action = head?.kind === "symbol" ? head.name : "";
  if (action === "version") return [];
  if (action !== "allow" && action !== "deny") throw new Error(`(${action} …) is not a rule`);
  const operations = rest.flatMap((item) => (item.kind === "symbol" ? [item.name] : []));
  const unknown = operations.find((operation) => !KNOWN_OPERATIONS.has(operation));
  if (unknown !== undefined) throw new Error(`unknown operation ${unknown}`);
  const filters = rest.filter((item) => item.kind === "list" && !isModifier(item));
  return [{ action, operations, filters }];
}

/** Reads a profile as rules. Throws for anything but rules, for example an import or a definition. */
export function readRules(text: string): readonly Rule[] {
  return parseSbpl(text).flatMap(readRule);
}

/** Several filters of one rule match when one of them does. */
function matches(rule: Rule, request: Request, parameters: Parameters): boolean {
  return rule.filters.length === 0 || rule.filters.some((filter) => matchFilter(request, filter, parameters));
}

function lastMatch(rules: readonly Rule[], request: Request, parameters: Parameters): Verdict | undefined {
  return rules.findLast((rule) => matches(rule, request, parameters))?.action;
}

export interface Evaluation {
  /** The last matching rule on the operation or one of its wildcards. */
  readonly byOrder: Verdict;
  /** The same, but rules on the operation itself come before all rules on its wildcards. */
  readonly bySpecificity: Verdict;
}

/**
 * Decides one request. Public descriptions differ on whether a rule on a named operation wins over a later one on its
 * wildcard, so both readings are given; a profile is only right when they agree.
 */
export function evaluate(rules: readonly Rule[], request: Request, parameters: Parameters): Evaluation {
  const names = [request.operation, ...wildcardsOf(request.operation)];
  const relevant = rules.filter((rule) => rule.operations.some((operation) => names.includes(operation)));
  const levels = names.map((name) =>
    lastMatch(
      rules.filter((rule) => rule.operations.includes(name)),
      request,
      parameters,
    ),
  );
  return {
    byOrder: lastMatch(relevant, request, parameters) ?? "deny",
    bySpecificity: levels.find((verdict) => verdict !== undefined) ?? "deny",
  };
}
