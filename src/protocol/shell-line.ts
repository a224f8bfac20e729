/** What Claude Code hands to `CLAUDE_CODE_SHELL_PREFIX`: one shell line, of which a Bash call is one kind. */
export type ShellLine =
  | { readonly kind: "call"; readonly preamble: string; readonly command: string; readonly cwdFile: string }
  /** A hook, the status line, or the start of an MCP server: no Bash call. */
  | { readonly kind: "other" }
  /** It bears a mark of a Bash call, but not the form of any known release. */
  | { readonly kind: "unknown" };

/** How a Bash call ends on every release measured (2.0.30 to 2.1.330). */
const TAIL = /^([\s\S]*?)(?: \\?< \/dev\/null)? && pwd -P >\| ([A-Za-z0-9_./@%+:,-]+)$/;
const MARKS = /\/shell-snapshots\/snapshot-|&& pwd -P >\|/;
const EVAL = / && eval /g;

/**
 * The text of one shell word made of plain characters, backslash escapes, and single and double quotes; undefined
 * when `text` is anything else: two words, an operator, an expansion.
 */
export function unquoteWord(text: string): string | undefined {
  let value = "";
  let at = 0;
  while (at < text.length) {
    const part = PARTS.map((pattern) => matchAt(pattern, text, at)).find((match) => match !== undefined);
    if (part === undefined) return undefined;
    value += part.value;
    at += part.length;
  }
  return value;
}

interface WordPart {
  readonly pattern: RegExp;
  readonly read: (inner: string) => string;
}

const PARTS: readonly WordPart[] = [
  { pattern: /'([^']*)'/y, read: (inner) => inner },
  { pattern: /"((?:[^"\\`$]|\\[\s\S])*)"/y, read: (inner) => inner.replace(/\\([$`"\\\n])/g, "$1") },
  { pattern: /\\([^\n])/y, read: (inner) => inner },
  { pattern: /([^\s'"\\`$&|;<>(){}*?[\]!#~=]+)/y, read: (inner) => inner },
];

function matchAt(part: WordPart, text: string, at: number): { value: string; length: number } | undefined {
  part.pattern.lastIndex = at;
  const match = part.pattern.exec(text);
  if (match === null) return undefined;
  return { value: part.read(match[1] ?? ""), length: match[0].length };
}

/**
 * Takes a shell line apart. The command is the one word after the first `eval` whose rest is exactly one word: text
 * before it (the session's exported variables) may hold ` && eval ` too, but then the rest is more than a word.
 */
export function parseShellLine(line: string): ShellLine {
  if (!MARKS.test(line)) return { kind: "other" };
  const tail = TAIL.exec(line);
  const [, body, cwdFile] = tail ?? [];
  if (body === undefined || cwdFile === undefined) return { kind: "unknown" };
  for (const match of body.matchAll(EVAL)) {
    const command = unquoteWord(body.slice(match.index + match[0].length));
    if (command !== undefined && command !== "") {
      return { kind: "call", preamble: body.slice(0, match.index), command, cwdFile };
    }
  }
  return { kind: "unknown" };
}
