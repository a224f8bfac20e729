import type { Word } from "./split-command.ts";

/** A safe bare character: nothing that bash gives a meaning to, in any position of a word. */
const PLAIN = /^[ \t]*(?:[\w@%+:,./-]|'[^'\n\r\0]*')(?:[\w@%+:,./ \t-]|=(?!\()|'[^'\n\r\0]*')*$/;
const WORD = /(?:[\w@%+=:,./-]|'[^']*')+/g;

/** Words that bash reads as syntax where a command may start. */
const RESERVED: ReadonlySet<string> = new Set(
  "if then elif else fi for in while until do done case esac select function time coproc".split(" "),
);

/**
 * Reads a command line that is one simple command of bare safe words and single-quoted text, and gives its words;
 * undefined for everything else. Exactly conservative: whenever it gives words, bash sees the same ones. Blanks other
 * than space and tab, double quotes, `~`, `=` in the first word and words with a meaning to the shell are left to the parser.
 */
export function readPlainWords(command: string): readonly Word[] | undefined {
  if (!PLAIN.test(command)) return undefined;
  const texts = command.match(WORD) ?? [];
  const [name] = texts;
  if (name === undefined || RESERVED.has(name) || name.includes("=")) return undefined;
  return texts.map((text) => ({ text, value: text.replaceAll("'", ""), fixed: true }));
}
