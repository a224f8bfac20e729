import type { Word } from "./split-command.ts";

const VARIABLE = /^"?\$(?:(\w+)|\{(\w+)\})"?$/;
/** Values of one variable that are tried. */
const MOST_VALUES = 32;

/** Whether a line gives one variable more values than are tried for it. */
export function setsTooOften(variables: ReadonlyMap<string, readonly string[]>): boolean {
  return [...variables.values()].some((values) => values.length > MOST_VALUES);
}

/**
 * The words of a command as written, and, where the command line itself sets a variable that a word consists of, with
 * its value: `x=rm; $x y` is also `rm y`. The program's name is tried with every value, other words with the last.
 */
export function withKnownVariables(
  words: readonly Word[],
  variables: ReadonlyMap<string, readonly string[]>,
): readonly (readonly Word[])[] {
  const [head, ...rest] = words;
  if (head === undefined || words.every((word) => valuesOf(word, variables).length === 0)) return [words];
  const operands = rest.flatMap((word) => spelledOut(word, valuesOf(word, variables).at(-1)));
  const heads = valuesOf(head, variables);
  const starts = heads.length === 0 ? [[head]] : heads.map((value) => spelledOut(head, value));
  return [words, ...starts.map((start) => [...start, ...operands])];
}

function valuesOf(word: Word, variables: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const match = VARIABLE.exec(word.text);
  return variables.get(match?.[1] ?? match?.[2] ?? "") ?? [];
}

/** Unquoted, a value falls apart at blanks; quoted, it stays one word. */
function spelledOut(word: Word, value: string | undefined): readonly Word[] {
  if (value === undefined) return [word];
  const texts = word.text.startsWith('"') ? [value] : value.split(/\s+/).filter((text) => text !== "");
  return texts.map((text) => ({ text, value: text, fixed: true }));
}
