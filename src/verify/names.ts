import { randomBytes } from "node:crypto";

/** What only one run of verify knows, so that nothing else on the machine can look like it. */
export interface Names {
  /** Part of every secret; nothing that the attack is given holds it. */
  readonly hidden: string;
  /** Begins the lines that separate the attempts' outputs. */
  readonly mark: string;
  /** Argument of the process that an attempt looks for by name. */
  readonly process: string;
  readonly abstract: string;
  readonly key: string;
}

export function newNames(): Names {
  const word = (): string => randomBytes(8).toString("hex");
  return {
    hidden: word(),
    mark: `mark-${word()}`,
    process: `prey-${word()}`,
    abstract: `sandhook-verify-${word()}`,
    key: `sandhook-verify-${word()}`,
  };
}

/** The planted secret of that name, e.g. of the file `home/.npmrc`. */
export function secretOf({ hidden }: Names, name: string): string {
  return `secret-${hidden}-${name.replaceAll(/[^a-z0-9]+/gi, "-")}-end`;
}
