import { InputError } from "../../core/errors.ts";
import { COMBINATORS, CUSTOM_OPERATIONS, STRING_FILTERS, SYMBOL_FILTERS } from "./operations.ts";
import { parseSbpl, type Sexp } from "./sbpl.ts";

/** Parameters that custom rules may name. The others belong to the rendered rules. */
const CUSTOM_PARAMETERS: ReadonlySet<string> = new Set(["HOME", "PROJECT", "TEMP"]);
const MODIFIERS: ReadonlySet<string> = new Set(["no-report", "report"]);
/** sandbox-exec fails on a longer string literal. */
const STRING_BYTES_LIMIT = 1000;

function reject(what: string): never {
  throw new InputError({
    code: "seatbelt.custom-rule",
    message: `The custom sandbox profile uses ${what}`,
    hint: "Only allow and deny rules with known operations and filters can be used; see docs/SEATBELT.md.",
  });
}

function headOf(expression: Sexp): { head: string; rest: readonly Sexp[] } {
  if (expression.kind !== "list") reject("an expression outside a rule");
  const [first, ...rest] = expression.items;
  if (first?.kind !== "symbol") reject("a list without a name");
  return { head: first.name, rest };
}

function renderString(value: string, raw: boolean): string {
  if (Buffer.byteLength(value) > STRING_BYTES_LIMIT)
    reject(`a string of more than ${STRING_BYTES_LIMIT} bytes`);
  return raw ? `#"${value}"` : `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** A value: a string, `(param "NAME")` or a `string-append` of these. */
function renderValue(expression: Sexp): string {
  if (expression.kind === "string") return renderString(expression.value, expression.raw);
  const { head, rest } = headOf(expression);
  if (head === "string-append") return `(string-append ${rest.map(renderValue).join(" ")})`;
  const [name] = rest;
  if (head === "param" && rest.length === 1 && name?.kind === "string" && CUSTOM_PARAMETERS.has(name.value)) {
    return `(param "${name.value}")`;
  }
  return reject(`the value (${head} …)`);
}

function renderSymbol(expression: Sexp): string {
  if (expression.kind === "symbol" && /^[A-Za-z0-9-]+$/.test(expression.name)) return expression.name;
  return reject("an operand that is not a plain name");
}

function renderFilter(expression: Sexp): string {
  const { head, rest } = headOf(expression);
  if (COMBINATORS.has(head)) return `(${head} ${rest.map(renderFilter).join(" ")})`;
  if (STRING_FILTERS.has(head)) return `(${head} ${rest.map(renderValue).join(" ")})`;
  if (SYMBOL_FILTERS.has(head)) return `(${head} ${rest.map(renderSymbol).join(" ")})`;
  const [modifier] = rest;
  if (head === "with" && modifier?.kind === "symbol" && MODIFIERS.has(modifier.name))
    return `(with ${modifier.name})`;
  return reject(`the filter ${JSON.stringify(head)}`);
}

function renderOperation(expression: Sexp): string {
  if (expression.kind === "symbol" && CUSTOM_OPERATIONS.has(expression.name)) return expression.name;
  return reject(
    expression.kind === "symbol" ? `the operation ${JSON.stringify(expression.name)}` : "no operation",
  );
}

function renderCustomRule(expression: Sexp): readonly string[] {
  const { head, rest } = headOf(expression);
  if (head === "version") return [];
  if (head !== "allow" && head !== "deny") reject(`(${head} …)`);
  const end = rest.findIndex((item) => item.kind === "list");
  const operations = rest.slice(0, end === -1 ? rest.length : end).map(renderOperation);
  const filters = end === -1 ? [] : rest.slice(end).map(renderFilter);
  if (operations.length === 0) reject("a rule without an operation");
  return [`(${[head, ...operations, ...filters].join(" ")})`];
}

/**
 * Reads the user's own rules and writes them anew, so that nothing but understood rules reaches the system's parser: no
 * definitions, no imports, no escape from the sandbox, and no text that could swallow the denies that follow.
 * @throws InputError `seatbelt.syntax`, `seatbelt.custom-rule`
 */
export function renderCustomRules(text: string): readonly string[] {
  return parseSbpl(text).flatMap(renderCustomRule);
}
