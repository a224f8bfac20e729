import openNetwork from "../../profiles/open-network.json" with { type: "json" };
import readOnly from "../../profiles/read-only.json" with { type: "json" };
import strict from "../../profiles/strict.json" with { type: "json" };
import workspaceWrite from "../../profiles/workspace-write.json" with { type: "json" };
import { InputError } from "../core/errors.ts";
import { type FlatSettings, flattenProfile, overlay } from "./flatten-settings.ts";
import type { Reads } from "./keys.ts";
import type { ProfileDefinition } from "./schema.ts";

/** The profiles that come with sandhook; a test holds the files to the schema. */
export const BUILT_IN_PROFILES: ReadonlyMap<string, ProfileDefinition> = new Map([
  ["workspace-write", workspaceWrite as ProfileDefinition],
  ["read-only", readOnly as ProfileDefinition],
  ["strict", strict as ProfileDefinition],
  ["open-network", openNetwork as ProfileDefinition],
]);

export const DEFAULT_PROFILE = "workspace-write";

/** The definition of a name, or undefined; built-in names are looked up before it is asked. */
export type ProfileLookup = (name: string) => ProfileDefinition | undefined;

/** A profile with everything that it extends. */
export interface ResolvedProfile {
  readonly name: string;
  /** The built-in profile that it goes back to. */
  readonly builtIn: string;
  readonly flat: FlatSettings;
}

function unknownProfile(name: string): never {
  throw new InputError({
    code: "config.unknown-profile",
    message: `there is no profile ${JSON.stringify(name)}`,
    hint: `Use one of ${[...BUILT_IN_PROFILES.keys()].join(", ")}, or define it under sandhook.profiles in your user settings or as ~/.config/sandhook/profiles/${name}.json.`,
  });
}

/** From the profile to the built-in one that it goes back to. */
function chainOf(name: string, lookup: ProfileLookup): { name: string; definition: ProfileDefinition }[] {
  const chain: { name: string; definition: ProfileDefinition }[] = [];
  for (let at: string | undefined = name; at !== undefined;) {
    const definition: ProfileDefinition = BUILT_IN_PROFILES.get(at) ?? lookup(at) ?? unknownProfile(at);
    if (chain.some((link) => link.name === at)) {
      throw new InputError({
        code: "config.profile-cycle",
        message: `the profile ${JSON.stringify(at)} extends itself`,
        hint: "Correct its key extends.",
      });
    }
    chain.push({ name: at, definition });
    at = definition.extends ?? (BUILT_IN_PROFILES.has(at) ? undefined : DEFAULT_PROFILE);
  }
  return chain;
}

function readsOf(chain: readonly { definition: ProfileDefinition }[]): Reads | undefined {
  const reads = chain.map(({ definition }) => definition.reads).find((value) => value !== undefined);
  if (reads !== "listed") return reads;
  return chain.flatMap(({ definition }) => (definition.toolchains ?? []).map(({ path }) => path));
}

/**
 * A profile by its name, with everything that it extends; one that extends nothing extends the default.
 * @throws InputError `config.unknown-profile`, `config.profile-cycle`
 */
export function resolveProfile(name: string, lookup: ProfileLookup): ResolvedProfile {
  const chain = chainOf(name, lookup);
  const flat = chain
    .map(({ definition }) => flattenProfile(definition))
    .reduceRight((weak, strong) => overlay(strong, weak));
  const builtIn = chain.find((link) => BUILT_IN_PROFILES.has(link.name))?.name ?? DEFAULT_PROFILE;
  return {
    name,
    builtIn,
    flat: { choices: { ...flat.choices, reads: readsOf(chain) }, lists: flat.lists },
  };
}
