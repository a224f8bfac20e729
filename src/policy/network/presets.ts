import { InputError } from "../../core/errors.ts";
import data from "../../../profiles/network-presets.json" with { type: "json" };
import { quoteText } from "./quote-text.ts";

/** One ecosystem's hosts, each with the reason it is there. */
export interface NetworkPreset {
  readonly about: string;
  /** Files whose presence in a project says that it needs the preset. */
  readonly foundBy: readonly string[];
  readonly domains: readonly { readonly domain: string; readonly reason: string }[];
}

const PRESETS: ReadonlyMap<string, NetworkPreset> = new Map(Object.entries(data.presets));

/** Names of all presets, sorted. */
export function presetNames(): readonly string[] {
  return [...PRESETS.keys()].sort();
}

/** Each name of a file that says that a preset is needed, with the presets' names. */
export function presetsByFile(): ReadonlyMap<string, string> {
  return new Map([...PRESETS].flatMap(([name, { foundBy }]) => foundBy.map((file) => [file, name] as const)));
}

/** The preset of that name. Throws InputError `network.preset-unknown`. */
export function requirePreset(name: string): NetworkPreset {
  const preset = PRESETS.get(name);
  if (preset !== undefined) return preset;
  throw new InputError({
    code: "network.preset-unknown",
    message: `There is no network preset ${quoteText(name)}; expected one of ${presetNames().join(", ")}`,
    hint: "Correct the name in network.presets, or list the hosts in network.allowedDomains.",
  });
}

/** The domain rules of a preset as text. Throws InputError `network.preset-unknown`. */
export function presetDomains(name: string): readonly string[] {
  return requirePreset(name).domains.map((entry) => entry.domain);
}
