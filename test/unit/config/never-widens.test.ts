import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChoiceSpec, CHOICES, LISTS } from "../../../src/config/key-rules.ts";
import type { ChoiceValues, ListValues, Pair } from "../../../src/config/keys.ts";
import { flattenSettings } from "../../../src/config/flatten-settings.ts";
import type { Layer } from "../../../src/config/read-layers.ts";
import { type Config, resolveConfig } from "../../../src/config/resolve.ts";
import type { SandhookSettings } from "../../../src/config/schema.ts";
import { settingsReader } from "../../../src/config/settings-reader.ts";
import { hostPath } from "../../../src/core/paths.ts";
import { anySettings, everySetting, layer } from "../../support/config-layers.ts";

const choiceKeys = Object.keys(CHOICES) as (keyof ChoiceValues)[];
const listKeys = Object.keys(LISTS) as (keyof ListValues)[];

function sameText(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function choiceWidens(key: keyof ChoiceValues, config: Config, base: Config): boolean {
  const spec = CHOICES[key] as ChoiceSpec<unknown>;
  const [value, before] = [config[key].value, base[key].value];
  return !sameText(value, before) && !spec.narrows(value, before);
}

function values(config: Config, key: keyof ListValues): string[] {
  return config[key].map(({ value }) => JSON.stringify(value));
}

function settled(config: Config, key: keyof ListValues): Record<string, string> {
  const pairs = config[key] as readonly { readonly value: Pair }[];
  return Object.fromEntries([...pairs].reverse().map(({ value }) => [value.name, value.value]));
}

function listWidens(key: keyof ListValues, config: Config, base: Config): boolean {
  switch (LISTS[key].kind) {
    case "grants":
      return values(config, key).some((value) => !values(base, key).includes(value));
    case "denials":
      return values(base, key).some((value) => !values(config, key).includes(value));
    case "settings":
      return Object.entries(settled(base, key)).some(([name, value]) => settled(config, key)[name] !== value);
    case "rules":
      return values(base, key).some((value) => !values(config, key).includes(value));
  }
}

function widenedKeys(config: Config, base: Config): string[] {
  return [
    ...choiceKeys.filter((key) => choiceWidens(key, config, base)),
    ...listKeys.filter((key) => listWidens(key, config, base)),
  ];
}

/** The keys on which managed settings have a say. */
function managedKeys(settings: SandhookSettings, base: Config): string[] {
  const flat = flattenSettings(settings);
  const fromProfile = choiceKeys.filter((key) => base[key].source.scope === "managed");
  const written = listKeys.filter((key) => flat.lists[key] !== undefined);
  const destinations = written.some((key) => /^network\.(?:allowedDomains|presets)$/.test(key));
  return [...fromProfile, ...written, ...(destinations ? ["network.allowedDomains", "network.presets"] : [])];
}

const belowManaged = fc.array(
  fc
    .tuple(fc.constantFrom("launcher", "local", "project", "user"), anySettings)
    .map(([scope, settings]): Layer => layer(scope as "user", settings)),
  { maxLength: 5 },
);

describe("layers", () => {
  it("are made of settings that the schema accepts, in these tests", () => {
    for (const { settings } of everySetting()) {
      expect(settingsReader.check(settings, hostPath("/f"))).toEqual(settings);
    }
    expect(new Set(everySetting().map(({ key }) => key))).toEqual(new Set([...choiceKeys, ...listKeys]));
  });
});

describe("an untrusted project", () => {
  const foreign = fc.tuple(anySettings, anySettings);

  it("never widens any key, whatever stands above and below it", () => {
    fc.assert(
      fc.property(foreign, anySettings, anySettings, ([local, project], managed, user) => {
        const own = [layer("managed", managed), layer("user", user)];
        const all = [
          layer("managed", managed),
          layer("local", local),
          layer("project", project),
          layer("user", user),
        ];
        expect(widenedKeys(resolveConfig(all), resolveConfig(own))).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });

  it.each(everySetting())("never widens the defaults by $key", ({ settings }) => {
    const config = resolveConfig([layer("project", settings), layer("local", settings)]);
    expect(widenedKeys(config, resolveConfig([]))).toEqual([]);
  });

  it.each(["env.set", "container.env", "container.ulimits"] as const)("sets nothing by %s", (key) => {
    for (const { settings } of everySetting().filter((entry) => entry.key === key)) {
      expect(resolveConfig([layer("project", settings)])[key]).toEqual([]);
    }
  });

  it("is heard in full once it is trusted, where a project may speak", () => {
    const changed = everySetting().filter(({ key, settings }) => {
      const trusted = resolveConfig([layer("project", settings)], { trusted: true });
      return widenedKeys(trusted, resolveConfig([])).includes(key);
    });
    expect(new Set(changed.map(({ key }) => key)).size).toBeGreaterThan(25);
  });
});

describe("managed settings", () => {
  it("are a ceiling for every key that they write, whatever stands below and however trusted", () => {
    fc.assert(
      fc.property(anySettings, belowManaged, fc.boolean(), (managed, below, trusted) => {
        const base = resolveConfig([layer("managed", managed)]);
        const config = resolveConfig([layer("managed", managed), ...below], { trusted });
        const widened = widenedKeys(config, base).filter((key) => managedKeys(managed, base).includes(key));
        expect(widened).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });

  it.each(everySetting())("are a ceiling for $key against any other value of it", ({ key, settings }) => {
    const base = resolveConfig([layer("managed", settings)]);
    for (const other of everySetting().filter((candidate) => candidate.key === key)) {
      for (const scope of ["launcher", "local", "project", "user"] as const) {
        const config = resolveConfig([layer("managed", settings), layer(scope, other.settings)], {
          trusted: true,
        });
        const widened = widenedKeys(config, base).filter((name) =>
          managedKeys(settings, base).includes(name),
        );
        expect(widened).toEqual([]);
      }
    }
  });
});
