import { InputError } from "../../core/errors.ts";
import { quoteText } from "./quote-text.ts";

/** A program that carries every connection: started for each with host and port in the place of `%h` and `%p`. */
export interface ParentCommand {
  readonly kind: "command";
  readonly words: readonly string[];
}

const ESCAPE = /%(.?)/gu;

function refuse(reason: string, words: readonly string[]): never {
  throw new InputError({
    code: "network.proxy-command",
    message: `network.proxyCommand ${quoteText(words.join(" "))} cannot be used: ${reason}`,
    hint: 'Write the program and its arguments, with %h for the host and %p for the port, e.g. ["/usr/bin/ssh", "-W", "%h:%p", "bastion"].',
  });
}

/**
 * Reads `network.proxyCommand`. Throws InputError `network.proxy-command` when a connection's host or port would not
 * reach the program, for unknown escapes, and for a program that is neither a bare name nor an absolute path.
 */
export function parseProxyCommand(words: readonly string[]): ParentCommand {
  const [program = "", ...rest] = words;
  if (program.includes("%") || !/^(?:\/[^\0]*|[^/\0]+)$/u.test(program))
    refuse("its program is a name or an absolute path", words);
  const escapes = rest.flatMap((word) => [...word.matchAll(ESCAPE)].map(([, letter = ""]) => letter));
  const unknown = escapes.find((letter) => !["h", "p", "%"].includes(letter));
  if (unknown !== undefined) refuse(`%${unknown} means nothing`, words);
  if (!escapes.includes("h") || !escapes.includes("p")) refuse("it needs %h and %p", words);
  return { kind: "command", words };
}

/** The words for one connection. Each value takes the place of its escape within one word, whatever it holds. */
export function fillProxyCommand(
  { words }: ParentCommand,
  { host, port }: { readonly host: string; readonly port: number },
): readonly string[] {
  const values: Readonly<Record<string, string>> = { h: host, p: port.toString(), "%": "%" };
  return words.map((word) => word.replace(ESCAPE, (whole, letter: string) => values[letter] ?? whole));
}
