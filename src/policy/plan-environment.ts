import environment from "../../profiles/environment.json" with { type: "json" };
import type { Pair } from "../config/keys.ts";
import type { Config } from "../config/resolve.ts";
import type { Sourced } from "../config/source.ts";
import type { EnvironmentPlan } from "../core/plan.ts";

/** An object of a list of pairs; the strongest file comes first and decides. */
export function pairsToObject(pairs: readonly Sourced<Pair>[]): Record<string, string> {
  return Object.fromEntries([...pairs].reverse().map(({ value: { name, value } }) => [name, value]));
}

/** Which variables reach the command: what profiles/environment.json and config say. A denial of config is final. */
export function planEnvironment(config: Config): EnvironmentPlan {
  const pass = config["env.pass"].map(({ value }) => value);
  return {
    denyAlways: config["env.deny"].map(({ value }) => value),
    deny: environment.deny,
    pass,
    containerPass: [...environment.containerPass, ...pass],
    set: pairsToObject(config["env.set"]),
  };
}
