import { InputError } from "../core/errors.ts";

const SAFE_WORD = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * The one quoting function: any text as one word for a POSIX shell (also bash and zsh), in single quotes unless it
 * needs none. A leading `=` or `~` is quoted because zsh expands them.
 * @throws InputError `quote.nul` for a NUL, which no shell word can hold.
 */
export function quote(text: string): string {
  if (text.includes("\0")) {
    throw new InputError({
      code: "quote.nul",
      message: "the text holds a NUL character, which a shell command cannot contain",
      hint: "Remove the NUL character from the command.",
    });
  }
  return SAFE_WORD.test(text) ? text : `'${text.split("'").join(`'\\''`)}'`;
}
