import type * as z from "zod";

const TYPES: Readonly<Record<string, string>> = {
  object: "an object",
  record: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Of a value that is shown. */
const LONGEST = 60;

/** What one branch of a union takes, by what it says against a value. */
function branch(issue: z.core.$ZodIssue | undefined): readonly string[] {
  if (issue === undefined) return [];
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value));
  if (issue.code === "invalid_type") return [TYPES[issue.expected] ?? issue.expected];
  if (issue.code === "invalid_union") return issue.errors.flatMap(([first]) => branch(first));
  return [issue.message];
}

/** What a value should have been, for one that fits no branch of a union; undefined when nothing can be said. */
export function describeExpected(issue: z.core.$ZodIssue): string | undefined {
  const all = [...new Set(branch(issue))];
  const last = all.at(-1);
  if (last === undefined) return undefined;
  return all.length === 1 ? last : `${all.slice(0, -1).join(", ")} or ${last}`;
}

/** A value's kind in the same words. */
export function describeFound(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : JSON.stringify(value).slice(0, LONGEST);
}
