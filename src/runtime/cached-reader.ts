import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { SettingsReader } from "../config/read-layers.ts";
import type { Site } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import { joinHost } from "../core/paths.ts";
import { loadPart } from "./load-part.ts";

/** Raised with every change of the schema: what an older one accepted is checked again. */
const SCHEMA_VERSION = 2;

/** Files of the cache; with one more they all go. */
const MOST_FILES = 200;

function loadReader(site: Site): SettingsReader {
  return (loadPart(site, "settings-reader") as { settingsReader: SettingsReader }).settingsReader;
}

/** A name for a text, no more: whether it is the same is seen by comparing the whole. A digest would cost more than all else. */
function nameFor(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return `${text.length.toString(36)}-${(sum >>> 0).toString(36)}`;
}

/**
 * A reader that loads the schema library only for text it has not seen. The cache holds the text that has passed the schema
 * and is only ever compared with what the files say now, so a stale or lost entry can never change what a policy says.
 */
export function cachedReader(host: Host, site: Site): SettingsReader {
  const folder = joinHost(site.state, "config-cache");
  const once = <T>(kind: string, written: unknown, check: () => T): T => {
    const text = JSON.stringify([SCHEMA_VERSION, kind, written]);
    const file = joinHost(folder, nameFor(text));
    if (host.readText(file) === text) return written as T;
    const checked = check();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder);
    if (names.length >= MOST_FILES) for (const name of names) rmSync(joinHost(folder, name), { force: true });
    writeFileSync(file, text, { mode: 0o600 });
    return checked;
  };
  return {
    parse: (text, file) => loadReader(site).parse(text, file),
    check: (section, file) => once("settings", section, () => loadReader(site).check(section, file)),
    checkAll: (written) => {
      if (written.length === 0) return [];
      const sections = written.map(({ section }) => section);
      return once("all settings", sections, () => loadReader(site).checkAll(written));
    },
    checkProfile: (profile, file) =>
      once("profile", profile, () => loadReader(site).checkProfile(profile, file)),
  };
}
