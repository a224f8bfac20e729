import { renderFailure } from "../core/errors.ts";
import { InputError } from "../core/errors.ts";

/** Where a command writes: the answer, and the words beside it. */
export interface Terminal {
  readonly print: (line: string) => void;
  readonly tell: (line: string) => void;
  /** Colours the text when a person looks at it; NO_COLOR and pipes get it plain. */
  readonly paint: (colour: Colour, text: string) => string;
}

export type Colour = "red" | "green" | "yellow" | "dim" | "bold";

const CODES: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

/** The terminal of this process. */
export function ownTerminal(): Terminal {
  const { NO_COLOR: noColour = "", TERM: kind } = process.env;
  const colours = process.stdout.isTTY && noColour === "" && kind !== "dumb";
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    tell: (line) => void process.stderr.write(`${line}\n`),
    paint: (colour, text) => (colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text),
  };
}

/** Runs a command's work; its number becomes the exit code, a failure is worded: 1, or 2 for wrong usage. */
export async function runGuarded(terminal: Terminal, work: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    terminal.tell(`sandhook: ${renderFailure(error)}`);
    process.exitCode = error instanceof InputError ? 2 : 1;
  }
}
