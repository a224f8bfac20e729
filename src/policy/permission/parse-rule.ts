import { InputError } from "../../core/errors.ts";

/** How the text between the parentheses of a Bash rule matches. */
export type BashMatcher =
  /** `Bash`, `Bash(*)`: every command. */
  | { readonly kind: "any" }
  | { readonly kind: "exact"; readonly text: string }
  /** `npm run test:*`: the text itself, or the text and a blank and anything. */
  | { readonly kind: "prefix"; readonly text: string }
  /** `*` stands for any run of characters; a trailing ` *` also matches nothing at all. */
  | { readonly kind: "wildcard"; readonly pattern: string };

/** `Bash(run_in_background:true)`: an input field of the call, `*` for any value. */
export type InputFieldMatcher = { readonly name: string; readonly value: string };

export type BashRule = {
  readonly kind: "bash";
  readonly text: string;
  readonly matcher: BashMatcher;
  /** Present when the text can also be read as `field:value`; deny and ask rules then match on either reading. */
  readonly field?: InputFieldMatcher;
};

/** A rule that names a group of tools (`*`, `Ba*`); as deny or ask it covers the tools that the pattern matches. */
export type ToolPatternRule = { readonly kind: "tools"; readonly text: string; readonly pattern: string };

/** A rule of another tool, kept as written: `Read(./secrets/**)`. */
export type OtherRule = {
  readonly kind: "other";
  readonly text: string;
  readonly tool: string;
  readonly specifier?: string;
};

export type PermissionRule = BashRule | ToolPatternRule | OtherRule;

const TOOL_NAME = /^[A-Za-z_][\w-]*(?:__[\w.*-]+)*$/;
const TOOL_PATTERN = /^[\w*-]*\*[\w*-]*$/;
const INPUT_FIELD = /^([A-Za-z_]\w*):(.*)$/s;

/**
 * Reads one entry of `permissions.deny`, `ask` or `allow`.
 *
 * Takes the entry as it stands in the file; gives a typed rule. Throws InputError `permission-rule-malformed` for
 * text that Claude Code does not understand either (and silently skips): blanks around the tool name, a parenthesis
 * that never closes, text after it, an empty specifier.
 */
export function parseRule(text: string): PermissionRule {
  const open = text.indexOf("(");
  if (open === -1) return parseBareName(text);
  const tool = text.slice(0, open);
  if (!TOOL_NAME.test(tool)) throw malformed(text, "a tool name directly before the parenthesis");
  if (!text.endsWith(")")) throw malformed(text, "nothing after a closing parenthesis");
  const specifier = unescapeParentheses(text.slice(open + 1, -1));
  if (specifier.trim() === "") throw malformed(text, "text between the parentheses");
  return tool === "Bash" ? parseBash(text, specifier) : { kind: "other", text, tool, specifier };
}

function parseBareName(text: string): PermissionRule {
  if (text === "Bash") return { kind: "bash", text, matcher: { kind: "any" } };
  if (TOOL_PATTERN.test(text)) return { kind: "tools", text, pattern: text };
  if (!TOOL_NAME.test(text)) throw malformed(text, "a tool name, or Tool(specifier)");
  return { kind: "other", text, tool: text };
}

function parseBash(text: string, specifier: string): BashRule {
  const matcher = parseMatcher(specifier);
  const field = INPUT_FIELD.exec(specifier);
  if (field === null) return { kind: "bash", text, matcher };
  return { kind: "bash", text, matcher, field: { name: field[1] ?? "", value: field[2] ?? "" } };
}

/** The text between the parentheses of a Bash rule, which is also how patterns of commands are written elsewhere. */
export function parseMatcher(specifier: string): BashMatcher {
  if (specifier === "*") return { kind: "any" };
  if (specifier.endsWith(":*")) return { kind: "prefix", text: specifier.slice(0, -2) };
  return specifier.includes("*")
    ? { kind: "wildcard", pattern: specifier }
    : { kind: "exact", text: specifier };
}

function unescapeParentheses(specifier: string): string {
  return specifier.replace(/\\([()])/g, "$1");
}

function malformed(text: string, expected: string): InputError {
  return new InputError({
    code: "permission-rule-malformed",
    message: `The permission rule ${JSON.stringify(text)} cannot be read: expected ${expected}.`,
    hint: 'Write it as "Bash(npm run test:*)", "Bash(git * main)" or "Bash".',
  });
}
