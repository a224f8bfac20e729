import { InputError } from "../../core/errors.ts";

/** One expression of a sandbox profile: a symbol or number, a string, a regex string `#"…"`, or a list. */
export type Sexp =
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "string"; readonly value: string; readonly raw: boolean }
  | { readonly kind: "list"; readonly items: readonly Sexp[] };

const TOKEN = /\s+|;[^\n]*|#"([^"]*)"|"((?:[^"\\]|\\.)*)"|([()])|([^\s()";]+)/gsy;

function reject(message: string): never {
  throw new InputError({
    code: "seatbelt.syntax",
    message: `The sandbox profile cannot be read: ${message}`,
    hint: "Check its parentheses and quotes.",
  });
}

interface Frame {
  readonly items: Sexp[];
}

/** Reads one token into the open list; returns the list that is open afterwards. */
function place(match: RegExpExecArray, stack: Frame[]): void {
  const [, raw, quoted, parenthesis, symbol] = match;
  const open = stack.at(-1);
  if (open === undefined) return;
  if (raw !== undefined) open.items.push({ kind: "string", value: raw, raw: true });
  else if (quoted !== undefined)
    open.items.push({ kind: "string", value: quoted.replace(/\\(.)/gs, "$1"), raw: false });
  else if (symbol !== undefined) open.items.push({ kind: "symbol", name: symbol });
  else if (parenthesis === "(") stack.push({ items: [] });
  else if (parenthesis === ")") {
    if (stack.length === 1) reject("a closing parenthesis has no partner");
    stack.pop();
    stack.at(-1)?.items.push({ kind: "list", items: open.items });
  }
}

/**
 * Parses the text of a sandbox profile into its top-level expressions. Comments are dropped.
 * @throws InputError `seatbelt.syntax` for unbalanced parentheses or an unfinished string.
 */
export function parseSbpl(text: string): readonly Sexp[] {
  const stack: Frame[] = [{ items: [] }];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) reject(`unexpected text at offset ${at}`);
    place(match, stack);
  }
  const [top] = stack;
  if (top === undefined || stack.length !== 1) reject("a parenthesis is not closed");
  return top.items;
}
