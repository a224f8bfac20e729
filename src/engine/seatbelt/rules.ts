/** Renders one rule, or nothing when there is no filter: a rule without a filter would match everything. */
export function renderRule(
  action: "allow" | "deny",
  operations: readonly string[],
  filters: readonly string[],
): readonly string[] {
  if (filters.length === 0) return [];
  const unique = [...new Set(filters)];
  return [`(${action} ${operations.join(" ")}\n  ${unique.join("\n  ")})`];
}

/** `(subpath …)` covers a folder and what is below; `(literal …)` beside it also covers a plain file for certain. */
export function treeFilters(reference: string): readonly string[] {
  return [`(literal ${reference})`, `(subpath ${reference})`];
}

/** `filter`, but nothing that one of `exceptions` matches. */
export function renderExcept(filter: string, exceptions: readonly string[]): string {
  if (exceptions.length === 0) return filter;
  const not = [...new Set(exceptions)].map((exception) => `(require-not ${exception})`);
  return `(require-all ${filter} ${not.join(" ")})`;
}
