import type { EnvironmentPlan } from "../core/plan.ts";

/** What becomes of the caller's variables, by name. */
export interface SortedNames {
  readonly passed: readonly string[];
  readonly withheld: readonly string[];
  /** Given a value by config, whatever the caller has. */
  readonly set: readonly string[];
}

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    new RegExp(
      `^${pattern
        .split("*")
        .map((part) => part.replaceAll(/\W/g, "\\$&"))
        .join(".*")}$`,
    ).test(name),
  );
}

/** Sorts as the runner does (`drop_if_denied`, and `pass_or_drop` for a container). Pure. */
export function sortNames(
  names: readonly string[],
  plan: EnvironmentPlan,
  hasContainer: boolean,
): SortedNames {
  const denied = (name: string): boolean => {
    if (matches(name, plan.denyAlways ?? [])) return true;
    return !matches(name, plan.pass) && matches(name, plan.deny);
  };
  const reaches = (name: string): boolean =>
    !denied(name) && (!hasContainer || matches(name, plan.containerPass));
  const set = Object.keys(plan.set).sort();
  const others = [...names].filter((name) => !set.includes(name)).sort();
  return {
    set,
    passed: others.filter(reaches),
    withheld: others.filter((name) => !reaches(name)),
  };
}
