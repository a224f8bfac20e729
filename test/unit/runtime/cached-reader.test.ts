import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SettingsReader } from "../../../src/config/read-layers.ts";
import { hostPath } from "../../../src/core/paths.ts";
import { nodeHost } from "../../../src/host/node-host.ts";
import { rememberingHost } from "../../../src/host/remembering-host.ts";
import { cachedReader } from "../../../src/runtime/cached-reader.ts";
import { locateSite } from "../../../src/runtime/site.ts";
import { makeTempHome, type TempHome, writeFile } from "../../support/temp-home.ts";

/** Stands where the schema library would be loaded from: says what it was asked, and refuses one word. */
const SCHEMA = `const asked = globalThis.askedOfSchema ??= [];
const check = (section, file) => {
  asked.push(section);
  if (section.engine === "bad") throw new Error("refused " + file);
  return section;
};
exports.settingsReader = { check, checkAll: (all) => all.map(({ section, file }) => check(section, file)) };`;

const asked = (): unknown[] => (globalThis as { askedOfSchema?: unknown[] }).askedOfSchema?.splice(0) ?? [];

/** A reader as each call of the hook has its own. */
function readerFor(user: TempHome): SettingsReader {
  const libexec = hostPath(join(user.root, "libexec"));
  writeFile(join(libexec, "settings-reader.cjs"), SCHEMA);
  const host = rememberingHost(nodeHost({ HOME: user.home }));
  return cachedReader(host, locateSite(host, libexec));
}

const written = (...engines: readonly string[]) =>
  engines.map((engine, number) => ({ section: { engine }, file: hostPath(`/settings-${number}`) }));

const cacheOf = (user: TempHome): string => join(user.home, ".local/share/sandhook/config-cache");

describe("the reader of the hook", () => {
  it("asks the schema about settings once, all files of a call together", () => {
    const user = makeTempHome();
    const both = [{ engine: "docker" }, { engine: "podman" }];
    expect(readerFor(user).checkAll(written("docker", "podman"))).toEqual(both);
    expect(asked()).toEqual(both);
    expect(readerFor(user).checkAll(written("docker", "podman"))).toEqual(both);
    expect(asked()).toEqual([]);
    expect(readdirSync(cacheOf(user))).toHaveLength(1);
    // Another text, be it one letter, order or number of files, was not seen.
    for (const engines of [["docker", "podmaN"], ["podman", "docker"], ["docker"]]) {
      readerFor(user).checkAll(written(...engines));
      expect(asked()).toHaveLength(engines.length);
    }
    expect(readerFor(user).checkAll([])).toEqual([]);
    expect(asked()).toEqual([]);
  });

  it("refuses what the schema refuses, every time", () => {
    const user = makeTempHome();
    for (let time = 0; time < 2; time += 1)
      expect(() => readerFor(user).checkAll(written("docker", "bad"))).toThrow("refused /settings-1");
    expect(() => readdirSync(cacheOf(user))).toThrow("ENOENT");
  });

  it("takes nothing from its cache: an entry that says something else is no entry", () => {
    const user = makeTempHome();
    readerFor(user).checkAll(written("docker"));
    const [name = ""] = readdirSync(cacheOf(user));
    const entry = join(cacheOf(user), name);
    const text = readFileSync(entry, "utf8");
    for (const wrong of [text.replace("docker", "podman"), text.slice(0, -1), ""]) {
      asked();
      writeFile(entry, wrong);
      expect(readerFor(user).checkAll(written("docker"))).toEqual([{ engine: "docker" }]);
      expect(asked()).toHaveLength(1);
      expect(readFileSync(entry, "utf8")).toBe(text);
    }
  });

  it("does not grow without end", () => {
    const user = makeTempHome();
    for (let number = 0; number < 210; number += 1) readerFor(user).checkAll(written(`e${number}`));
    expect(readdirSync(cacheOf(user)).length).toBeLessThanOrEqual(200);
  });
});
