import { distance } from "fastest-levenshtein";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type * as z from "zod";
import { InputError } from "../core/errors.ts";
import type { HostPath } from "../core/paths.ts";
import type { SettingsReader } from "./read-layers.ts";
import { describeExpected, describeFound } from "./expected-values.ts";
import { profileSchema, sandhookSchema } from "./schema.ts";

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

function parseJsonc(text: string, file: HostPath): unknown {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as unknown;
  const [first] = errors;
  if (first === undefined) return value;
  throw new InputError({
    code: "config.not-json",
    message: `${file}, ${position(text, first.offset)}: ${printParseErrorCode(first.error)}`,
    hint: "Correct the JSON there; Claude Code ignores a settings file that it cannot parse.",
  });
}

function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, cost: distance(key.toLowerCase(), name.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.cost - b.cost)[0];
  return best !== undefined && best.cost <= Math.max(2, key.length / 3) ? best.name : undefined;
}

interface Shape {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly def?: {
    readonly innerType?: unknown;
    readonly options?: readonly unknown[];
    readonly valueType?: unknown;
    readonly element?: unknown;
  };
}

/** The object inside optional, default and union schemas. */
function unwrap(schema: unknown): Shape | undefined {
  const { shape, def } = (schema ?? {}) as Shape;
  if (shape !== undefined || def?.valueType !== undefined || def?.element !== undefined)
    return schema as Shape;
  if (def?.innerType !== undefined) return unwrap(def.innerType);
  return def?.options?.map(unwrap).find((option) => option !== undefined);
}

function keysAt(root: unknown, path: readonly PropertyKey[]): string[] {
  let at = unwrap(root);
  for (const part of path) at = unwrap(at?.shape?.[String(part)] ?? at?.def?.valueType ?? at?.def?.element);
  return Object.keys(at?.shape ?? {});
}

/** Of a union the branch counts that got furthest: an object was meant, and something in it is wrong. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.flat().find(({ code, path }) => code === "unrecognized_keys" || path.length > 0);
  return inner === undefined ? issue : innermost({ ...inner, path: [...issue.path, ...inner.path] });
}

function valueAt(section: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    section,
  );
}

/** zod says of a value that fits no branch of a union only that it is invalid. */
function reasonOf(issue: z.core.$ZodIssue, section: unknown): string {
  const expected = issue.code === "invalid_union" ? describeExpected(issue) : undefined;
  if (expected === undefined) return issue.message;
  return `expected ${expected}, found ${describeFound(valueAt(section, issue.path))}`;
}

function describe(root: Root, outer: z.core.$ZodIssue, section: unknown): { message: string; hint: string } {
  const issue = innermost(outer);
  const key = [...(root.name === "" ? [] : [root.name]), ...issue.path].join(".");
  if (issue.code !== "unrecognized_keys") {
    return {
      message: `${key}: ${reasonOf(issue, section)}`,
      hint: `Correct ${key}; docs/CONFIG.md lists its values.`,
    };
  }
  const known = keysAt(root.schema, issue.path);
  const wrong = issue.keys[0] ?? "";
  const guess = nearest(wrong, known);
  return {
    message: `${key === "" ? "" : `${key}: `}unknown key ${JSON.stringify(wrong)}`,
    hint:
      guess === undefined ? `Valid keys are: ${known.join(", ")}.` : `Did you mean ${JSON.stringify(guess)}?`,
  };
}

interface Root<T = unknown> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}

function check<T>(root: Root<T>, section: unknown, file: HostPath): T {
  const result = root.schema.safeParse(section);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  const { message, hint } = describe(root, issue, section);
  throw new InputError({ code: "config.invalid", message: `${file}: ${message}`, hint });
}

const SETTINGS = { name: "sandhook", schema: sandhookSchema };

/** The full reader: JSON with comments, and the strict schema. */
export const settingsReader: SettingsReader = {
  parse: parseJsonc,
  check: (section, file) => check(SETTINGS, section, file),
  checkAll: (written) => written.map(({ section, file }) => check(SETTINGS, section, file)),
  checkProfile: (profile, file) => check({ name: "", schema: profileSchema }, profile, file),
};
