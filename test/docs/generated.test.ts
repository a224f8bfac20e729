import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { renderConfigReference } from "../../src/config/config-reference.ts";
import { CHOICES, LISTS } from "../../src/config/key-rules.ts";
import { renderCompatibility } from "../e2e/releases/render-compatibility.ts";
import {
  type JsonSchema,
  renderSettingsFileSchema,
  sectionSchema,
} from "../../src/config/settings-schema.ts";

const read = (name: string): string => readFileSync(path.resolve(import.meta.dirname, "../..", name), "utf8");

describe("what npm run docs makes", () => {
  it("is fresh in docs/COMPATIBILITY.md", () => {
    expect(read("docs/COMPATIBILITY.md")).toBe(renderCompatibility());
  });

  it("is fresh in docs/CONFIG.md", () => {
    expect(read("docs/CONFIG.md")).toBe(renderConfigReference());
  });

  it("is fresh in schema.json, which is a JSON Schema", () => {
    expect(read("schema.json")).toBe(renderSettingsFileSchema());
    const schema = z.fromJSONSchema(
      JSON.parse(read("schema.json")) as Parameters<typeof z.fromJSONSchema>[0],
    );
    const accepts = (value: unknown): boolean => schema.safeParse(value).success;
    expect(accepts({ $schema: "x", sandhook: { engine: "docker", network: "open" }, model: "y" })).toBe(true);
    expect(accepts({ sandhook: { engin: "docker" } })).toBe(false);
    expect(accepts({ sandhook: { filesystem: { allowWrite: "~" } } })).toBe(false);
  });

  it("describes every key", () => {
    const undescribed = (at: string, { description, properties = {} }: JsonSchema): string[] => [
      ...(description === undefined ? [at] : []),
      ...Object.entries(properties).flatMap(([name, field]) => undescribed(`${at}.${name}`, field)),
    ];
    expect(undescribed("sandhook", sectionSchema())).toEqual([]);
  });

  it("names every key that is merged", () => {
    const written = [...renderConfigReference().matchAll(/^### `([\w.]+)`$/gm)].map(([, key]) => key);
    const merged = [...Object.keys(CHOICES), ...Object.keys(LISTS)];
    // These two are written in profiles only.
    expect(merged.filter((key) => !written.includes(key) && key !== "workspace" && key !== "reads")).toEqual(
      [],
    );
  });
});
