import type { ProfileLookup } from "./profiles.ts";
import { type FlatSettings, flattenSettings } from "./flatten-settings.ts";
import type { ListValues } from "./keys.ts";
import { closedByNative, flattenNative } from "./native-settings.ts";
import type { Layer } from "./read-layers.ts";
import type { CommandRule, SandhookSettings } from "./schema.ts";
import type { Source } from "./source.ts";

/** A value that was set aside, and why. */
export interface Ignored {
  readonly key: string;
  readonly source: Source;
  readonly reason: "widens" | "not-settable" | "managed";
}

/** A rule of `commands` that speaks about the command at hand. */
export interface AppliedRule {
  readonly rule: CommandRule;
  readonly source: Source;
  /** It matches only some commands of the line, or stands in an untrusted file: it can only narrow. */
  readonly narrowsOnly: boolean;
}

export interface ResolveOptions {
  /** The user trusts the content of the project's settings. Default: false. */
  readonly trusted?: boolean;
  /** Profiles of the user's own folder, by name. */
  readonly profileFile?: ProfileLookup;
  readonly rules?: readonly AppliedRule[];
  /** Plan mode: nothing but the temporary folder can be written, whatever the files say. */
  readonly planMode?: boolean;
}

/** What one place says, after its profile has been put under it. */
export interface Opinion extends FlatSettings {
  readonly source: Source;
  /** `narrowing` opinions can only take away: project files that are not trusted, rules that match in part. */
  readonly authority: "managed" | "own" | "narrowing";
  /** A managed file's grants are the whole list. */
  readonly closesLists: boolean;
  /** Lists that are closed by name, whether or not it writes them. */
  readonly closedLists: readonly (keyof ListValues)[];
}

/** Project and local files come with the repository. */
export function isForeign(scope: Source["scope"]): boolean {
  return scope === "project" || scope === "local";
}

function authorityOf(scope: Source["scope"], trusted: boolean): Opinion["authority"] {
  if (scope === "managed") return "managed";
  return isForeign(scope) && !trusted ? "narrowing" : "own";
}

function ruleOpinion({ rule, source, narrowsOnly }: AppliedRule, trusted: boolean): Opinion {
  const { engine, profile, network }: Omit<CommandRule, "match"> = rule;
  const settings: SandhookSettings = {
    ...(engine === undefined ? {} : { engine }),
    ...(profile === undefined ? {} : { profile }),
    ...(network === undefined ? {} : { network }),
  };
  return {
    ...flattenSettings(settings),
    source: { ...source, via: `command rule ${rule.match}` },
    authority: narrowsOnly ? "narrowing" : authorityOf(source.scope, trusted),
    closesLists: false,
    closedLists: [],
  };
}

function ourOpinion({ scope, file, sandhook }: Layer, trusted: boolean): Opinion[] {
  if (sandhook === undefined) return [];
  const authority = authorityOf(scope, trusted);
  const closesLists = authority === "managed";
  return [{ ...flattenSettings(sandhook), source: { scope, file }, authority, closesLists, closedLists: [] }];
}

function nativeOpinion({ scope, file, native }: Layer, trusted: boolean): Opinion[] {
  if (native === undefined) return [];
  const authority = authorityOf(scope, trusted);
  const closedLists = authority === "managed" ? closedByNative(native) : [];
  const source: Source = { scope, file, native: true };
  return [{ ...flattenNative(native, { scope, file }), source, authority, closesLists: false, closedLists }];
}

const STRENGTH: readonly Opinion["authority"][] = ["managed", "own", "narrowing"];

/** The user's word for this session, then rules, which are more specific than files, then files in their order. */
function kindRank({ scope, via }: Source): number {
  if (scope === "launcher") return 0;
  return via === undefined ? 2 : 1;
}

/** What every place says, strongest first. */
export function orderOpinions(
  layers: readonly Layer[],
  { rules = [], trusted = false }: ResolveOptions,
): Opinion[] {
  const all = [
    ...rules.map((rule) => ruleOpinion(rule, trusted)),
    ...layers.flatMap((layer) => [...ourOpinion(layer, trusted), ...nativeOpinion(layer, trusted)]),
  ];
  const rank = ({ authority, source }: Opinion): number => STRENGTH.indexOf(authority) * 3 + kindRank(source);
  return all.sort((one, other) => rank(one) - rank(other));
}
