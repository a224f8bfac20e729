import { readFileSync, writeFileSync } from "node:fs";
import type { CellScope } from "./ground.ts";
import type { Outcome } from "./play-cell.ts";

/** One failure mode of the matrix: what came out, by scope and release. */
export interface Row {
  readonly mode: string;
  /** The begin of a sentence of docs/LIMITATIONS.md that says why not every cell is closed. */
  readonly because?: string;
  readonly user?: Readonly<Record<string, Outcome>>;
  readonly managed?: Readonly<Record<string, Outcome>>;
}

const FILE = new URL("./results.json", import.meta.url);

/** The committed matrix. */
export function readResults(): readonly Row[] {
  return JSON.parse(readFileSync(FILE, "utf8")) as Row[];
}

/** What is known of a cell. */
export function knownOutcome(mode: string, scope: CellScope, release: string): Outcome | undefined {
  return readResults().find((row) => row.mode === mode)?.[scope]?.[release];
}

/** Writes the matrix. */
export function writeResults(rows: readonly Row[]): void {
  writeFileSync(FILE, `${JSON.stringify(rows, undefined, 2)}\n`);
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}

/** Every release that a cell was played on, oldest first. */
export function releasesOf(rows: readonly Row[]): readonly string[] {
  const names = rows.flatMap(({ user = {}, managed = {} }) => [
    ...Object.keys(user),
    ...Object.keys(managed),
  ]);
  return [...new Set(names)].sort(byVersion);
}
