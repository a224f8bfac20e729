import { applyProfiles, lookupIn } from "./apply-profiles.ts";
import { choose } from "./choose-value.ts";
import { collect, isGoverned } from "./collect-list.ts";
import { CHOICES, LISTS } from "./key-rules.ts";
import type { ChoiceValues, ListValues } from "./keys.ts";
import { type Ignored, type Opinion, orderOpinions, type ResolveOptions } from "./opinions.ts";
import type { Layer } from "./read-layers.ts";
import type { Sourced } from "./source.ts";

type Choices = { readonly [K in keyof ChoiceValues]: Sourced<ChoiceValues[K]> };
type Lists = { readonly [K in keyof ListValues]: readonly Sourced<ListValues[K]>[] };

/** Every key with its value and where it was written. */
export interface Config extends Choices, Lists {
  /** The built-in profile that the chosen one goes back to. */
  readonly builtInProfile: string;
  /** Some file says which network presets there are, so that none are found by the look of the project. */
  readonly presetsChosen: boolean;
  /** True when what the project's own files say counts in full. */
  readonly trusted: boolean;
  readonly ignored: readonly Ignored[];
}

const PLAN_MODE: Opinion = {
  source: { scope: "default", file: undefined, via: "plan mode" },
  authority: "narrowing",
  closesLists: false,
  closedLists: [],
  choices: { workspace: "read-only", unsandboxed: "deny", autoAllow: false },
  lists: {},
};

/**
 * Combines the layers (strongest first) by the tables in keys.ts. Managed files are a ceiling; project and local files
 * only narrow until they are trusted; every value keeps its source.
 * @throws InputError `config.unknown-profile`, `config.profile-cycle`
 */
export function resolveConfig(layers: readonly Layer[], options: ResolveOptions = {}): Config {
  const ordered = [...orderOpinions(layers, options), ...(options.planMode === true ? [PLAN_MODE] : [])];
  const { opinions, builtIn } = applyProfiles(ordered, lookupIn(layers, options));
  const choices = (Object.keys(CHOICES) as (keyof ChoiceValues)[]).map((key) => choose(key, opinions));
  const lists = (Object.keys(LISTS) as (keyof ListValues)[]).map((key) => collect(key, opinions));
  const values = Object.fromEntries([...choices, ...lists].map(({ key, result }) => [key, result]));
  return {
    ...(values as unknown as Choices & Lists),
    builtInProfile: builtIn,
    presetsChosen: isGoverned("network.presets", opinions),
    trusted: options.trusted === true,
    ignored: [...choices, ...lists].flatMap(({ ignored }) => ignored),
  };
}
