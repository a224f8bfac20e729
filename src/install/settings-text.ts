import { type Node, type ParseError, createScanner, parseTree, printParseErrorCode } from "jsonc-parser";
import { InstallError } from "../core/errors.ts";

/** A parsed settings text (without a byte order mark). */
export interface SettingsText {
  readonly text: string;
  /** Undefined when the text holds nothing but white space and comments. */
  readonly root: Node | undefined;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Line and column, both from 1. */
export function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** `file:line:column`, as editors understand it. */
export function placeOf(file: string, text: string, offset: number): string {
  const { line, column } = positionAt(text, offset);
  return `${file}:${line}:${column}`;
}

/**
 * Parses settings with comments and trailing commas, so that nothing of them is lost in an edit. Whether the client
 * would read such a file is the question of `refuseIgnored`.
 * @throws InstallError `settings.unparsable` with the place of the first error.
 */
export function parseSettings(text: string, file: string): SettingsText {
  if (isBlank(text)) return { text, root: undefined };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined || root === undefined) {
    const offset = first?.offset ?? 0;
    const what = first === undefined ? "no value" : printParseErrorCode(first.error);
    throw new InstallError({
      code: "settings.unparsable",
      message: `${placeOf(file, text, offset)} is not valid JSON (${what})`,
      hint: "Correct that place and run the command again; the file was not changed.",
    });
  }
  return { text, root };
}

// jsonc-parser's token kinds are a const enum, which single-file compilation cannot read.
const TOKEN = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, space: 15, end: 17 } as const;

function isBlank(text: string): boolean {
  const scanner = createScanner(text, false);
  const skipped: readonly number[] = [TOKEN.lineComment, TOKEN.blockComment, TOKEN.space, TOKEN.lineBreak];
  let kind: number = scanner.scan();
  while (skipped.includes(kind)) kind = scanner.scan();
  return kind === TOKEN.end;
}

/** Where the first comma lies between two offsets, skipping comments; undefined when there is none. */
export function commaBetween(text: string, from: number, to: number): number | undefined {
  const scanner = createScanner(text.slice(from, to), false);
  for (let kind: number = scanner.scan(); kind !== TOKEN.end; kind = scanner.scan()) {
    if (kind === TOKEN.comma) return from + scanner.getTokenOffset();
  }
  return undefined;
}

/** End of the comments that follow an offset on the same line; the offset itself when there are none. */
export function endOfLineComments(text: string, from: number): number {
  const scanner = createScanner(text.slice(from), false);
  let end = from;
  for (let kind: number = scanner.scan(); ; kind = scanner.scan()) {
    if (kind === TOKEN.lineComment || kind === TOKEN.blockComment) {
      end = from + scanner.getTokenOffset() + scanner.getTokenLength();
    } else if (kind !== TOKEN.space) return end;
  }
}

/** True when a stretch that starts and ends between tokens holds a comment. */
export function holdsComment(text: string, from: number, to: number): boolean {
  const scanner = createScanner(text.slice(from, to), false);
  let kind: number = scanner.scan();
  while (kind !== TOKEN.end && kind !== TOKEN.lineComment && kind !== TOKEN.blockComment)
    kind = scanner.scan();
  return kind !== TOKEN.end;
}

/** True when a line comment is open at the end of a stretch that starts at a token: text put there would vanish. */
export function endsInLineComment(text: string, from: number, to: number): boolean {
  const scanner = createScanner(text.slice(from, to), false);
  let open = false;
  for (let kind: number = scanner.scan(); kind !== TOKEN.end; kind = scanner.scan()) {
    open = kind === TOKEN.lineComment || (open && kind === TOKEN.space);
  }
  return open;
}

/** First comment or trailing comma of a text that parses; undefined when it is plain JSON. */
export function firstExtension(text: string): { readonly offset: number; readonly what: string } | undefined {
  const scanner = createScanner(text, false);
  let comma: number | undefined;
  for (let kind: number = scanner.scan(); kind !== TOKEN.end; kind = scanner.scan()) {
    const offset = scanner.getTokenOffset();
    if (kind === TOKEN.lineComment || kind === TOKEN.blockComment) return { offset, what: "a comment" };
    if (kind === TOKEN.space || kind === TOKEN.lineBreak) continue;
    const closes = ["]", "}"].includes(text.charAt(offset));
    if (closes && comma !== undefined) return { offset: comma, what: "a comma before a closing bracket" };
    comma = kind === TOKEN.comma ? offset : undefined;
  }
  return undefined;
}

/** The line break a text uses; `\n` for a text without any. */
export function lineBreakOf(text: string): string {
  return /\r\n/.test(text) ? "\r\n" : "\n";
}

/** White space at the start of the line that holds the offset. */
export function indentAt(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** One level of indentation of a text: what stands before the first member, two spaces where nothing tells. */
export function indentUnitOf({ text, root }: SettingsText): string {
  const first = root?.children?.[0];
  if (root === undefined || first === undefined) return "  ";
  if (!/[\r\n]/.test(text.slice(root.offset, first.offset))) return "  ";
  const outer = indentAt(text, root.offset);
  const inner = indentAt(text, first.offset);
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : "  ";
}
