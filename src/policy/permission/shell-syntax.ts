// What the permission rules need to know about a parsed command line. The parser itself is injected, because it
// is loaded only when a command is not plain; src/runtime/bash-parser.ts is the one that ships.

/** One node of a bash syntax tree. `text` is the source as written, `value` the text after quote removal, if static. */
export type ShellNode = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly value?: string;
  /** The operator of a redirection or the kind of a loop. */
  readonly operator?: string;
  /** The statement ends with `&`. */
  readonly background?: boolean;
  readonly children: readonly ShellNode[];
};

export type ParsedShell =
  | { readonly kind: "parsed"; readonly root: ShellNode }
  /** Bash would refuse the text, or the parser cannot vouch for what it read. */
  | { readonly kind: "unparsable"; readonly reason: string };

export type ParseShell = (text: string) => ParsedShell;
