import { createInterface } from "node:readline/promises";
import { hostPath } from "../core/paths.ts";
import type { RuntimeSource } from "../install/runtime-source.ts";

/** What the commands of an installation need from where they were started. */
export interface InstallContext {
  readonly source: RuntimeSource;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly node: string;
  /** The answer. */
  readonly print: (text: string) => void;
  /** The words beside it. */
  readonly tell: (text: string) => void;
  /** Asks a question; undefined when nobody can answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/** The context of this process. `folder` holds the built product: `dist`, or an installed version. */
export function installContext({
  folder,
  version,
}: {
  readonly folder: string;
  readonly version: string;
}): InstallContext {
  const attended = process.stdin.isTTY && process.stderr.isTTY;
  return {
    source: { folder: hostPath(folder), version },
    variables: process.env,
    cwd: process.cwd(),
    node: process.execPath,
    print: (text) => void process.stdout.write(text),
    tell: (text) => void process.stderr.write(`${text}\n`),
    ask: attended ? ask : undefined,
  };
}

/** Asks on the terminal; anything but yes is no. */
async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y(es)?\s*$/i.test(await terminal.question(`${question} [y/N] `));
  } finally {
    terminal.close();
  }
}
