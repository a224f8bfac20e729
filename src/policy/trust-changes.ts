import { CHOICES, LISTS } from "../config/key-rules.ts";
import type { ChoiceValues, ListValues } from "../config/keys.ts";
import { isForeign } from "../config/opinions.ts";
import type { ProfileLookup } from "../config/profiles.ts";
import type { Layer } from "../config/read-layers.ts";
import { resolveConfig } from "../config/resolve.ts";
import { renderSource, type Source } from "../config/source.ts";

/** One key on which trusting a project makes a difference; values as JSON. */
export interface TrustChange {
  readonly key: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** The file that says so. */
  readonly source: string;
}

function texts(values: readonly { readonly value: unknown }[]): string[] {
  return values.map(({ value }) => JSON.stringify(value));
}

/** Entries that are there only with trust, by the place that they come from. */
function addedEntries(
  key: keyof ListValues,
  before: readonly { readonly value: unknown }[],
  after: readonly { readonly value: unknown; readonly source: Source }[],
): TrustChange[] {
  const known = new Set(texts(before));
  const added = after.filter(
    ({ value, source }) =>
      !known.has(JSON.stringify(value)) || (key === "commands" && isForeign(source.scope)),
  );
  const places = [...new Set(added.map(({ source }) => renderSource(source)))];
  return places.map((source) => ({
    key,
    from: [],
    to: texts(added.filter((entry) => renderSource(entry.source) === source)),
    source,
  }));
}

/** What trusting the project's settings would change, key by key, in the order of the tables. */
export function trustChanges(layers: readonly Layer[], profileFile: ProfileLookup): TrustChange[] {
  const [before, after] = [false, true].map((trusted) => resolveConfig(layers, { trusted, profileFile }));
  if (before === undefined || after === undefined) return [];
  const choices = (Object.keys(CHOICES) as (keyof ChoiceValues)[]).flatMap((key): TrustChange[] => {
    const [from, to] = [JSON.stringify(before[key].value ?? null), JSON.stringify(after[key].value ?? null)];
    return from === to ? [] : [{ key, from: [from], to: [to], source: renderSource(after[key].source) }];
  });
  const lists = (Object.keys(LISTS) as (keyof ListValues)[]).flatMap((key) =>
    addedEntries(key, before[key], after[key]),
  );
  return [...choices, ...lists];
}
