import * as z from "zod";
import { sandhookSchema } from "./schema.ts";

/** A JSON Schema, as far as it is looked at. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
}

/** The key `sandhook` as a JSON Schema: what people may write. */
export function sectionSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(sandhookSchema, {
    io: "input",
    target: "draft-7",
    reused: "inline",
  });
  return $schema === undefined ? {} : (schema as JsonSchema);
}

/**
 * schema.json: for the `$schema` of a settings.json file. It speaks of the key `sandhook` alone; every other key is
 * Claude Code's.
 */
export function renderSettingsFileSchema(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Claude Code settings with sandhook",
    type: "object",
    properties: { $schema: { type: "string" }, sandhook: sectionSchema() },
    additionalProperties: true,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
