import { type ChoiceSpec, CHOICES } from "./key-rules.ts";
import type { ChoiceValues } from "./keys.ts";
import type { Ignored, Opinion } from "./opinions.ts";
import type { Source, Sourced } from "./source.ts";

interface Written<T> {
  readonly value: T;
  readonly source: Source;
  readonly authority: Opinion["authority"];
}

/** A key's value and what was set aside for it. */
export interface Chosen<K extends keyof ChoiceValues> {
  readonly key: K;
  readonly result: Sourced<ChoiceValues[K]>;
  readonly ignored: readonly Ignored[];
}

const DEFAULT: Source = { scope: "default", file: undefined };

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function writtenValues<K extends keyof ChoiceValues>(
  key: K,
  opinions: readonly Opinion[],
): Written<ChoiceValues[K]>[] {
  return opinions.flatMap(({ choices, source, authority }) => {
    const value = choices[key];
    return value === undefined ? [] : [{ value: value, source, authority }];
  });
}

/**
 * The value of one key: the strongest managed one is the ceiling, below it the strongest of the user's own counts as
 * far as it narrows; then, weakest first, whatever can only narrow.
 */
export function choose<K extends keyof ChoiceValues>(key: K, opinions: readonly Opinion[]): Chosen<K> {
  const spec = CHOICES[key] as ChoiceSpec<ChoiceValues[K]>;
  const ignored: Ignored[] = [];
  const allowed = (written: Written<ChoiceValues[K]>): boolean => {
    const { scope } = written.source;
    if (scope === "default" || spec.settableBy.includes(scope)) return true;
    ignored.push({ key, source: written.source, reason: "not-settable" });
    return false;
  };
  const written = writtenValues(key, opinions).filter(allowed);
  const managed = written.find(({ authority }) => authority === "managed");
  const own = written.find(({ authority }) => authority === "own");
  let result: Sourced<ChoiceValues[K]> = managed ?? own ?? { value: spec.fallback, source: DEFAULT };
  const narrowing = written.filter(({ authority }) => authority === "narrowing").reverse();
  for (const entry of managed !== undefined && own !== undefined ? [own, ...narrowing] : narrowing) {
    if (spec.narrows(entry.value, result.value)) result = entry;
    else if (!same(entry.value, result.value)) {
      ignored.push({ key, source: entry.source, reason: entry.authority === "own" ? "managed" : "widens" });
    }
  }
  return { key, result: { value: result.value, source: result.source }, ignored };
}
