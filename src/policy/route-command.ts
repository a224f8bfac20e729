import type { AppliedRule } from "../config/opinions.ts";
import type { Config } from "../config/resolve.ts";
import { renderSource } from "../config/source.ts";
import { PolicyError } from "../core/errors.ts";
import type { LinePatterns } from "./permission/line-patterns.ts";

type Rule = Config["commands"][number];

export interface RouteRequest {
  /** Strongest file first, as they stand in it. */
  readonly rules: readonly Rule[];
  readonly trusted: boolean;
  readonly command: string;
  readonly patterns: LinePatterns;
}

type Authority = "managed" | "own" | "foreign";

function authorityOf({ source }: Rule, trusted: boolean): Authority {
  if (source.scope === "managed") return "managed";
  return !trusted && (source.scope === "project" || source.scope === "local") ? "foreign" : "own";
}

/** In part, a rule takes away; the engine is no part of that, but for the organisation, which may insist on one. */
function narrowed({ value, source }: Rule, managed: boolean): AppliedRule[] {
  const { match, engine, profile, network } = value;
  const rest = {
    match,
    ...(profile === undefined ? {} : { profile }),
    ...(network === undefined ? {} : { network }),
  };
  const insisted =
    managed && engine !== undefined ? [{ rule: { match, engine }, source, narrowsOnly: false }] : [];
  return [...insisted, { rule: rest, source, narrowsOnly: true }];
}

/** @throws PolicyError `commands.conflict` */
function refuseTwoEngines(applied: readonly AppliedRule[]): void {
  const insisting = applied.filter(
    ({ rule, source }) => source.scope === "managed" && rule.engine !== undefined,
  );
  const [first] = insisting;
  const other = insisting.find(({ rule }) => rule.engine !== first?.rule.engine);
  if (first === undefined || other === undefined) return;
  throw new PolicyError({
    code: "commands.conflict",
    message: `the line mixes commands that policy sends to different engines (${first.rule.match}: ${first.rule.engine ?? ""}, ${other.rule.match}: ${other.rule.engine ?? ""}; ${renderSource(other.source)})`,
    hint: "Run them as separate commands.",
  });
}

/**
 * The rules of `commands` that speak about a line. Of managed rules, and of the user's own, the first that matches every
 * command of the line counts in full, each with the authority of its file, so that none of the user's displaces a managed
 * one. A rule that matches only some of it can only narrow, and so can every rule of a project that is not trusted,
 * beside the others and never in their place.
 * @throws PolicyError `commands.conflict` when managed rules insist on two engines
 */
export function routeCommand({ rules, trusted, command, patterns }: RouteRequest): AppliedRule[] {
  const settled = new Set<Authority>();
  const applied = rules.flatMap((rule): AppliedRule[] => {
    const { match } = rule.value;
    const authority = authorityOf(rule, trusted);
    if (patterns.covers(command, [match])) {
      if (authority !== "foreign" && settled.has(authority)) return [];
      settled.add(authority);
      return [{ rule: rule.value, source: rule.source, narrowsOnly: authority === "foreign" }];
    }
    return patterns.touches(command, match) ? narrowed(rule, authority === "managed") : [];
  });
  refuseTwoEngines(applied);
  return applied;
}
