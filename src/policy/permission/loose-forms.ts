/** Starts of words that are tried; a longer text is tried from its first ones and as a whole. */
const MOST_STARTS = 2_000;

/**
 * Texts under which a deny or ask rule could know some command of a line that cannot be parsed. Quotes, backslashes
 * and operators mean nothing here: every word may start a command, and what follows up to the next operator is its
 * operands. Over-matching is wanted; the result is never used to allow.
 */
export function looseForms(line: string): readonly string[] {
  const unquoted = line.replace(/\\\n/g, "").replace(/['"\\]/g, "");
  const forms = new Set<string>();
  for (const segment of [...line.split(OPERATOR), ...unquoted.split(OPERATOR)]) {
    const words = segment.split(/[\s=]+/u).filter((word) => word !== "");
    for (let at = 0; at < words.length && forms.size < MOST_STARTS; at += 1) {
      const text = words.slice(at, at + MOST_WORDS).join(" ");
      forms.add(text);
      forms.add(text.replace(/^\S*\//, ""));
    }
  }
  return [...forms];
}

const OPERATOR = /[;&|(){}<>`\n!]+|\$\(/;
const MOST_WORDS = 200;
