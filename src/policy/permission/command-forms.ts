import { posix } from "node:path";
import type { ParseShell } from "./shell-syntax.ts";
import { splitCommand } from "./split-command.ts";
import type { SimpleCommand, SplitCommand, Word } from "./split-command.ts";
import { looseForms } from "./loose-forms.ts";
import { nestedScripts } from "./nested-scripts.ts";
import { commandsBehind, MOST_OPERANDS } from "./runners.ts";
import { setsTooOften, withKnownVariables } from "./known-variables.ts";

/** A text under which a deny or ask rule may know a command, and the part of the line that it stands for. */
export type CommandForm = { readonly text: string; readonly part: string };

export type CommandForms = {
  readonly forms: readonly CommandForm[];
  /** Why some of the line could not be judged: deeper or longer than is looked into. */
  readonly doubt: string | undefined;
};

/** Scripts within scripts that are followed; beyond it the line counts as doubtful. */
const DEEPEST = 6;
/** Characters of all forms, and of all scripts parsed, beyond those of the line; more make it doubtful, not slow. */
const MOST_CHARACTERS = 400_000;

/**
 * Every text under which deny and ask rules are tried for a command line: the line itself; each simple command as
 * written, unquoted, without its assignments, by the base name of its program, behind every runner, with variables that
 * the line itself sets; and the same for each command line nested in a word.
 */
export function commandForms(command: string, split: SplitCommand, parse: ParseShell): CommandForms {
  const characters = -3 * command.length;
  const found: Collection = { parts: new Map(), scripts: new Set(), characters, doubt: undefined, parse };
  addLine(found, command, split, 0);
  const forms = [...found.parts].map(([text, part]) => ({ text, part }));
  return { forms, doubt: found.doubt };
}

type Collection = {
  readonly parts: Map<string, string>;
  readonly scripts: Set<string>;
  characters: number;
  doubt: string | undefined;
  readonly parse: ParseShell;
};

function addLine(found: Collection, line: string, split: SplitCommand, depth: number): void {
  add(found, line.trim(), line.trim());
  if (split.kind === "unparsable") {
    for (const text of looseForms(line)) add(found, text, line.trim());
    return;
  }
  if (setsTooOften(split.variables)) found.doubt ??= "it sets a variable too often to check";
  for (const simple of split.commands) {
    if (found.doubt !== undefined) return;
    add(found, simple.text, simple.text);
    for (const words of withKnownVariables(simple.words, split.variables)) {
      addCommand(found, words, simple);
      for (const behind of [words, ...commandsBehind(words)]) addNested(found, behind, simple, depth);
    }
  }
}

function addCommand(found: Collection, words: readonly Word[], simple: SimpleCommand): void {
  if (words.length > MOST_OPERANDS && commandsBehind(words).length > 0) {
    found.doubt ??= "it has too many words to check";
  }
  for (const behind of [words, ...commandsBehind(words)]) {
    if (found.doubt !== undefined) return;
    for (const text of spellings(behind)) {
      add(found, text, simple.text);
      if (behind === words && simple.assignments.length > 0) {
        add(found, [...simple.assignments.map((set) => set.text), text].join(" "), simple.text);
      }
    }
  }
}

function addNested(found: Collection, words: readonly Word[], simple: SimpleCommand, depth: number): void {
  if (found.doubt !== undefined) return;
  for (const script of nestedScripts(words, simple)) {
    // The same script is judged once, however many ways lead to it.
    if (found.scripts.has(script)) continue;
    found.scripts.add(script);
    spend(found, script.length);
    if (found.doubt !== undefined) return;
    if (depth < DEEPEST) addLine(found, script, splitCommand(script, found.parse), depth + 1);
    else found.doubt ??= "it nests scripts too deep to check";
  }
}

/**
 * As written, and after quote removal; each by the program's path and by its base name. The client also takes a line
 * continuation for a blank, and the first line of a word with line breaks for the whole.
 */
function spellings(words: readonly Word[]): readonly string[] {
  const written = words.map(({ text }) => text);
  const meant = words.map(({ value }) => value);
  const texts = [written, meant].flatMap(([name = "", ...rest]) => [
    [name, ...rest].join(" "),
    [posix.basename(name), ...rest].join(" "),
  ]);
  return texts.flatMap((text) =>
    text.includes("\n") ? [text, text.replaceAll("\\\n", " "), text.slice(0, text.indexOf("\n"))] : [text],
  );
}

function add(found: Collection, text: string, part: string): void {
  if (text === "" || found.parts.has(text)) return;
  spend(found, text.length);
  if (found.doubt === undefined) found.parts.set(text, part);
}

function spend(found: Collection, characters: number): void {
  found.characters += characters;
  if (found.characters > MOST_CHARACTERS) found.doubt ??= "it is too long to check";
}
