import { CHOICES, LISTS } from "../config/key-rules.ts";
import type { ChoiceValues, ListValues } from "../config/keys.ts";
import type { Config } from "../config/resolve.ts";
import { renderSource, type Source } from "../config/source.ts";

/** A key with its value and the place that decided it. */
export interface ExplainedKey {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

/** What was written and does not count. */
export interface IgnoredKey {
  readonly key: string;
  readonly source: string;
  readonly reason: string;
}

export interface ExplainedSettings {
  /** Every key that somebody wrote, and the keys that decide the most. */
  readonly settings: readonly ExplainedKey[];
  readonly ignored: readonly IgnoredKey[];
}

const ALWAYS: readonly string[] = ["engine", "profile", "workspace", "reads", "autoAllow", "network.mode"];

function explainKeys(config: Config): ExplainedKey[] {
  const written = (source: Source): boolean => source.scope !== "default";
  const choices = (Object.keys(CHOICES) as (keyof ChoiceValues)[]).flatMap((key): ExplainedKey[] => {
    const { value, source } = config[key];
    return ALWAYS.includes(key) || written(source) ? [{ key, value, source: renderSource(source) }] : [];
  });
  const lists = (Object.keys(LISTS) as (keyof ListValues)[]).flatMap((key) =>
    config[key].map(({ value, source }): ExplainedKey => ({ key, value, source: renderSource(source) })),
  );
  return [...choices, ...lists];
}

/** The settings behind a decision. Pure. */
export function explainSettings(config: Config): ExplainedSettings {
  return {
    settings: explainKeys(config),
    ignored: config.ignored.map(({ key, source, reason }) => ({ key, source: renderSource(source), reason })),
  };
}
