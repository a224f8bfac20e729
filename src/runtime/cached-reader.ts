import { closeSync, mkdirSync, openSync } from "node:fs";
import type { SettingsReader } from "../config/read-layers.ts";
import type { Site } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import { joinHost } from "../core/paths.ts";
import { loadPart } from "./load-part.ts";

/** Raised with every change of the schema: what an older one accepted is checked again. */
const SCHEMA_VERSION = 2;

function loadReader(site: Site): SettingsReader {
  return (loadPart(site, "settings-reader") as { settingsReader: SettingsReader }).settingsReader;
}

/**
 * A reader that loads the schema library only for text it has not seen. The cache holds no settings, only the digests
 * of sections that passed the schema, so a stale or lost entry can never change what a policy says.
 */
export function cachedReader(host: Host, site: Site): SettingsReader {
  const folder = joinHost(site.state, "config-cache");
  const once = <T>(kind: string, section: unknown, check: () => T): T => {
    const marker = joinHost(folder, host.digest(`${SCHEMA_VERSION}\n${kind}\n${JSON.stringify(section)}`));
    if (host.inspect(marker)?.kind === "file") return section as T;
    const checked = check();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(marker, "a", 0o600));
    return checked;
  };
  return {
    parse: (text, file) => loadReader(site).parse(text, file),
    check: (section, file) => once("settings", section, () => loadReader(site).check(section, file)),
    checkProfile: (profile, file) =>
      once("profile", profile, () => loadReader(site).checkProfile(profile, file)),
  };
}
