import { posix } from "node:path";
import type { SimpleCommand, Word } from "./split-command.ts";
import { isRunner } from "./runners.ts";

const SHELLS: ReadonlySet<string> = new Set([
  "sh",
  "bash",
  "dash",
  "ash",
  "zsh",
  "ksh",
  "mksh",
  "rbash",
  "fish",
]);
/** `env -S'rm x'`: the option that splits its value into a command. */
const SPLIT = /^(?:-\w*S|--split-string=)/;
const FIND_RUNS: ReadonlySet<string> = new Set([
  "-exec",
  "-execdir",
  "-ok",
  "-okdir",
  "-x",
  "-X",
  "--exec",
  "--exec-batch",
]);

/** Commands whose operands are, or may be, command lines in themselves. */
export function mayNest(head: string): boolean {
  const name = posix.basename(head);
  return (
    SHELLS.has(name) ||
    isRunner(name) ||
    ["eval", "trap", "alias", "find", "fd", "source", "."].includes(name)
  );
}

/**
 * Text inside a command that a shell will run as a command line: the script of `bash -c`, the words of `eval`, the body
 * of `trap`, an alias, a here-document given to a shell, the command after `find -exec`, a quoted command line where a runner expects a command (`watch 'rm x'`).
 * Deny and ask rules are applied to it too; the client asks about `bash -c` under a deny rule and overlooks the others.
 */
export function nestedScripts(words: readonly Word[], command: SimpleCommand): readonly string[] {
  const [head, ...operands] = words;
  if (head === undefined) return [];
  const values = operands.map(({ value }) => value);
  const name = posix.basename(head.value);
  if (SHELLS.has(name)) return [...values.filter((_, at) => isScript(values, at)), ...inputScripts(command)];
  if (name === "eval") return [values.join(" ")];
  if (name === "trap") return values.slice(0, 2);
  if (name === "alias") return values.map((value) => value.slice(value.indexOf("=") + 1));
  if (name === "find" || name === "fd") return commandsOfFind(operands);
  if (name === "env")
    return values.filter((value) => SPLIT.test(value)).map((value) => value.replace(SPLIT, ""));
  return /\s/.test(head.value) ? [head.value] : [];
}

/** The operand after an option group with a `c` in it; options may stand between (`bash -c -e 'rm x'`). */
function isScript(values: readonly string[], at: number): boolean {
  const before = values.slice(0, at);
  return /\S/.test(values[at] ?? "") && before.some((value) => /^-\w*c\w*$/.test(value));
}

function inputScripts({ redirections }: SimpleCommand): readonly string[] {
  return redirections.filter(({ operator }) => operator.startsWith("<<")).map(({ target }) => target.value);
}

/** Words of one `-exec` that are looked at; rules know a command by its first ones. */
const MOST_WORDS = 200;

function commandsOfFind(operands: readonly Word[]): readonly string[] {
  return operands.flatMap(({ value }, at) =>
    FIND_RUNS.has(value) ? [untilTerminator(operands.slice(at + 1, at + MOST_WORDS))] : [],
  );
}

function untilTerminator(operands: readonly Word[]): string {
  const end = operands.findIndex(({ value }) => value === ";" || value === "+");
  return (end === -1 ? operands : operands.slice(0, end)).map(({ text }) => text).join(" ");
}
