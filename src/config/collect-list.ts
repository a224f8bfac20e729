import { LISTS, type ListSpec } from "./key-rules.ts";
import type { ListValues } from "./keys.ts";
import type { Ignored, Opinion } from "./opinions.ts";
import type { Source, Sourced } from "./source.ts";

interface Written<T> {
  readonly values: readonly T[];
  readonly opinion: Opinion;
}

/** A list's entries and what was set aside for it. */
export interface Collected<K extends keyof ListValues> {
  readonly key: K;
  readonly result: readonly Sourced<ListValues[K]>[];
  readonly ignored: readonly Ignored[];
}

/** Destinations come from two lists: a managed file that writes one of them means the whole. */
const CLOSED_TOGETHER: readonly (readonly (keyof ListValues)[])[] = [
  ["network.allowedDomains", "network.presets"],
];

/** The places that mean a list as a whole. */
function closing(key: keyof ListValues, opinions: readonly Opinion[]): readonly Opinion[] {
  const group = CLOSED_TOGETHER.find((keys) => keys.includes(key)) ?? [key];
  return opinions.filter(
    ({ closedLists, closesLists, lists }) =>
      closedLists.includes(key) || (closesLists && group.some((member) => lists[member] !== undefined)),
  );
}

function reasonAgainst(
  { opinion }: Written<unknown>,
  spec: ListSpec,
  closed: boolean,
): Ignored["reason"] | undefined {
  const { scope } = opinion.source;
  if (scope !== "default" && !spec.settableBy.includes(scope)) return "not-settable";
  if (spec.kind === "denials" || spec.kind === "rules") return undefined;
  if (opinion.authority === "narrowing") return "widens";
  return spec.kind === "grants" && closed && opinion.authority !== "managed" ? "managed" : undefined;
}

/** True when some place that may grant has the say over a list, be it with an empty one. */
export function isGoverned(key: keyof ListValues, opinions: readonly Opinion[]): boolean {
  return (
    closing(key, opinions).length > 0 ||
    opinions.some(({ authority, lists }) => authority !== "narrowing" && lists[key] !== undefined)
  );
}

/** Every entry of one list that counts, strongest place first. */
export function collect<K extends keyof ListValues>(key: K, opinions: readonly Opinion[]): Collected<K> {
  const spec = LISTS[key];
  const closed = closing(key, opinions).length > 0;
  const result: { value: ListValues[K]; source: Source }[] = [];
  const ignored: Ignored[] = [];
  for (const opinion of opinions) {
    const values = opinion.lists[key];
    if (values === undefined) continue;
    const reason = reasonAgainst({ values, opinion }, spec, closed);
    if (reason === undefined) result.push(...values.map((value) => ({ value, source: opinion.source })));
    else if (values.length > 0) ignored.push({ key, source: opinion.source, reason });
  }
  return { key, result, ignored };
}
