const LONGEST = 300;

/**
 * Shows text that somebody else wrote in a message or a log: in quotes, at most 300 characters, printable ASCII only, so
 * that it can neither start a line of its own nor drive a terminal.
 */
export function quoteText(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST)).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
