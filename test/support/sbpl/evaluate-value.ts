import type { Sexp } from "../../../src/engine/seatbelt/sbpl.ts";

export type Parameters = ReadonlyMap<string, string>;

/** Evaluates a string, `(param "NAME")` or `(string-append …)`. Throws for a parameter that was not passed. */
export function evaluateValue(expression: Sexp, parameters: Parameters): string {
  if (expression.kind === "string") return expression.value;
  if (expression.kind === "symbol") return expression.name;
  const [head, ...rest] = expression.items;
  const name = head?.kind === "symbol" ? head.name : "";
  if (name === "string-append") return rest.map((item) => evaluateValue(item, parameters)).join("");
  if (name !== "param" || rest[0] === undefined) throw new Error(`unknown value (${name})`);
  const key = evaluateValue(rest[0], parameters);
  const value = parameters.get(key);
  if (value === undefined) throw new Error(`parameter ${key} is not passed`);
  return value;
}
