import type { Layer } from "./read-layers.ts";
import { overlay } from "./flatten-settings.ts";
import { isForeign, type Opinion, type ResolveOptions } from "./opinions.ts";
import { DEFAULT_PROFILE, type ProfileLookup, resolveProfile } from "./profiles.ts";

/** Where names of profiles are looked up: the user's own places, and for what only narrows the project's too. */
export function lookupIn(layers: readonly Layer[], options: ResolveOptions): (own: boolean) => ProfileLookup {
  const find = (name: string, foreign: boolean): ReturnType<ProfileLookup> =>
    layers
      .filter(({ scope }) => (isForeign(scope) && options.trusted !== true) === foreign)
      .map(({ sandhook }) => sandhook?.profiles?.[name])
      .find((definition) => definition !== undefined);
  return (own) => (name) =>
    find(name, false) ?? options.profileFile?.(name) ?? (own ? undefined : find(name, true));
}

/** Opinions with their profiles, and the built-in profile behind the chosen one. */
export interface Profiled {
  readonly opinions: readonly Opinion[];
  readonly builtIn: string;
}

/**
 * Puts every profile under what names it. Of managed files and of the user's own the strongest that names one counts;
 * what can only narrow counts always, because another profile narrows too.
 */
export function applyProfiles(
  opinions: readonly Opinion[],
  lookup: (own: boolean) => ProfileLookup,
): Profiled {
  const naming = (authority: Opinion["authority"]): Opinion | undefined =>
    opinions.find((opinion) => opinion.authority === authority && opinion.choices.profile !== undefined);
  const leaders = [naming("managed"), naming("own")];
  let builtIn: string | undefined;
  const applied = opinions.map((opinion) => {
    const name = opinion.choices.profile;
    const narrowing = opinion.authority === "narrowing";
    if (name === undefined || !(narrowing || leaders.includes(opinion))) return opinion;
    const profile = resolveProfile(name, lookup(!narrowing));
    if (!narrowing) builtIn ??= profile.builtIn;
    return { ...opinion, ...overlay(opinion, profile.flat) };
  });
  return { opinions: applied, builtIn: builtIn ?? DEFAULT_PROFILE };
}
