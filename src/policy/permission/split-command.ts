import type { ParseShell, ShellNode } from "./shell-syntax.ts";

export type Word = {
  /** As written, quotes included. */
  readonly text: string;
  /** After quote removal; an expansion stays as it is written. */
  readonly value: string;
  /** Nothing in it is decided at run time. */
  readonly fixed: boolean;
};

export type AssignmentText = { readonly name: string; readonly text: string; readonly value: Word };

export type Redirection = {
  readonly operator: string;
  readonly text: string;
  /** The file, the descriptor, or the text of a here-document. */
  readonly target: Word;
};

/** One simple command, wherever in the command line it stands. */
export type SimpleCommand = {
  readonly text: string;
  readonly assignments: readonly AssignmentText[];
  readonly redirections: readonly Redirection[];
  readonly words: readonly Word[];
};

export type SplitCommand =
  | {
      readonly kind: "commands";
      readonly commands: readonly SimpleCommand[];
      /** Values that the command line itself gives to a variable, for `x=rm; $x y`. */
      readonly variables: ReadonlyMap<string, readonly string[]>;
      /** Only lists and pipelines of simple commands with words fixed before the run; what an allow rule may judge. */
      readonly checkable: boolean;
    }
  | { readonly kind: "unparsable"; readonly reason: string };

/** What may appear in a command line that an allow rule judges. Everything else is decided at run time, or deferred. */
const CHECKABLE: ReadonlySet<string> = new Set(
  (
    "Script Statement AndOr Pipeline Negation Time Command Word Literal Glob SingleQuoted DoubleQuoted " +
    "Assignment Redirect FileDescriptor"
  ).split(" "),
);

/** What leaves a word's value open until the command runs. */
const RUN_TIME: ReadonlySet<string> = new Set([
  ...["SimpleExpansion", "ParameterExpansion", "CommandExpansion", "ArithmeticExpansion"],
  ...["ProcessSubstitution", "ExtendedGlob", "BraceExpansion", "Glob", "LocaleString"],
]);

/**
 * Lists every simple command of a command line: of pipelines, lists, groups, subshells, loops, conditionals,
 * function bodies, substitutions and here-documents, in the order of their starts within each parent.
 */
export function splitCommand(command: string, parse: ParseShell): SplitCommand {
  const parsed = parse(command);
  if (parsed.kind === "unparsable") return parsed;
  const commands: SimpleCommand[] = [];
  const variables = new Map<string, string[]>();
  let checkable = true;
  const visit = (node: ShellNode): void => {
    checkable &&= CHECKABLE.has(node.type) && node.background !== true;
    checkable &&= node.type !== "Time" || node.text === "time";
    if (node.type === "Command") commands.push(toSimpleCommand(node));
    for (const [name, value] of assignedValues(node)) {
      variables.set(name, [...(variables.get(name) ?? []), value]);
    }
    node.children.forEach(visit);
  };
  visit(parsed.root);
  return { kind: "commands", commands, variables, checkable };
}

function toSimpleCommand(node: ShellNode): SimpleCommand {
  const { children } = node;
  const words = children.filter(isArgument(children)).map(toWord);
  const assignments = children.filter((child) => child.type === "Assignment").map(toAssignment);
  const redirections = children.filter(isRedirection).map(toRedirection);
  return { text: node.text, assignments: assignments.slice(0, leading(children)), redirections, words };
}

/** `A=1` before the command's name assigns; after it (`export A=1`, `env A=1`) it is an argument. */
function isArgument(children: readonly ShellNode[]): (child: ShellNode) => boolean {
  const name = children.findIndex((child) => child.type === "Word");
  return (child) =>
    child.type === "Word" || (child.type === "Assignment" && name !== -1 && children.indexOf(child) > name);
}

function leading(children: readonly ShellNode[]): number {
  const name = children.findIndex((child) => child.type === "Word");
  const before = name === -1 ? children : children.slice(0, name);
  return before.filter((child) => child.type === "Assignment").length;
}

function toWord(node: ShellNode): Word {
  const value = node.type === "Word" ? (node.value ?? node.text) : `${node.value ?? ""}=${valueOf(node)}`;
  return { text: node.text, value, fixed: !contains(node, RUN_TIME) };
}

function valueOf(assignment: ShellNode): string {
  const word = assignment.children.findLast((child) => child.type === "Word");
  return word?.value ?? "";
}

function toAssignment(node: ShellNode): AssignmentText {
  const value = { text: node.text, value: valueOf(node), fixed: !contains(node, RUN_TIME) };
  return { name: node.value ?? "", text: node.text, value };
}

function isRedirection(node: ShellNode): boolean {
  return node.type === "Redirect" || node.type === "HereString" || node.type === "HereDoc";
}

function toRedirection(node: ShellNode): Redirection {
  const body = node.children.findLast(({ type }) => type === "Word" || type === "HereDocBody");
  const target =
    body === undefined ? { text: "", value: "", fixed: false } : toWord({ ...body, type: "Word" });
  return { operator: node.operator ?? "", text: node.text, target };
}

function assignedValues(node: ShellNode): readonly (readonly [string, string])[] {
  if (node.type === "Assignment") return [[node.value ?? "", valueOf(node)]];
  if (node.type !== "For" && node.type !== "Select") return [];
  const [name, ...words] = node.children.filter((child) => child.type === "Word");
  return words.map((word) => [name?.value ?? "", word.value ?? ""] as const);
}

function contains(node: ShellNode, types: ReadonlySet<string>): boolean {
  return node.children.some((child) => types.has(child.type) || contains(child, types));
}
