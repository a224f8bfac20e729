import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { renderPlugin } from "../../src/install/plugin/render-plugin.ts";
import { registrationsFor } from "../../src/install/registration.ts";

const ROOT = resolve(import.meta.dirname, "../..");

describe("the plugin", () => {
  it.each(renderPlugin(manifest))("has a fresh $name (npm run plugin)", ({ name, text }) => {
    expect(readFileSync(join(ROOT, name), "utf8")).toBe(text);
  });

  it("registers every hook of the installer, and is a part of the package", () => {
    const { hooks } = JSON.parse(readFileSync(join(ROOT, ".claude-plugin/hooks.json"), "utf8")) as {
      readonly hooks: Readonly<Record<string, readonly { readonly matcher?: string }[]>>;
    };
    const registered = Object.entries(hooks).flatMap(([event, groups]) =>
      groups.map(({ matcher }) => ({ event, matcher })),
    );
    const byEvent = (one: { readonly event: string }, other: { readonly event: string }): number =>
      one.event.localeCompare(other.event);
    expect(registered.sort(byEvent)).toEqual(
      registrationsFor(undefined)
        .map(({ event, matcher }) => ({ event, matcher }))
        .sort(byEvent),
    );
    expect(manifest.files).toContain(".claude-plugin");
  });
});
