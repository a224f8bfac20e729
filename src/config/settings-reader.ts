import { distance } from "fastest-levenshtein";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type * as z from "zod";
import { InputError } from "../core/errors.ts";
import type { HostPath } from "../core/paths.ts";
import type { SettingsReader } from "./read-layers.ts";
import { type SandhookSettings, sandhookSchema } from "./schema.ts";

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

function keysAt(path: readonly PropertyKey[]): string[] {
  let shape: unknown = sandhookSchema;
  for (const part of path) shape = unwrap(shape)?.shape[String(part)];
  return Object.keys(unwrap(shape)?.shape ?? {});
}

function unwrap(schema: unknown): { shape: Record<string, unknown> } | undefined {
  let at = schema as { shape?: Record<string, unknown>; def?: { innerType?: unknown } } | undefined;
  while (at?.def?.innerType !== undefined) at = at.def.innerType as typeof at;
  return at?.shape === undefined ? undefined : { shape: at.shape };
}

function describe(issue: z.core.$ZodIssue): { message: string; hint: string } {
  const key = ["sandhook", ...issue.path].join(".");
  if (issue.code !== "unrecognized_keys") {
    return { message: `${key}: ${issue.message}`, hint: `Correct ${key}; docs/CONFIG.md lists its values.` };
  }
  const known = keysAt(issue.path);
  const wrong = issue.keys[0] ?? "";
  const guess = nearest(wrong, known);
  return {
    message: `${key}: unknown key ${JSON.stringify(wrong)}`,
    hint:
      guess === undefined ? `Valid keys are: ${known.join(", ")}.` : `Did you mean ${JSON.stringify(guess)}?`,
  };
}

function check(section: unknown, file: HostPath): SandhookSettings {
  const result = sandhookSchema.safeParse(section);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  const { message, hint } = describe(issue);
  throw new InputError({ code: "config.invalid", message: `${file}: ${message}`, hint });
}

/** The full reader: JSON with comments, and the strict schema. */
export const settingsReader: SettingsReader = { parse: parseJsonc, check };
