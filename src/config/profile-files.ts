import type { Host } from "../core/host.ts";
import { joinHost } from "../core/paths.ts";
import type { ProfileLookup } from "./profiles.ts";
import { readObject, type SettingsReader } from "./read-layers.ts";

/**
 * The user's own profiles, one a file: `~/.config/sandhook/profiles/NAME.json`. A name is of the form that the schema asks
 * for, so that it names nothing else. `$schema` may stand in the file.
 * @throws InputError `config.unreadable`, `config.not-json`, `config.not-an-object`, `config.invalid` when the file is used
 */
export function profileFiles(host: Host, reader: SettingsReader): ProfileLookup {
  return (name) => {
    const file = joinHost(host.home, ".config/sandhook/profiles", `${name}.json`);
    const written = readObject(host, file, reader);
    if (written === undefined) return undefined;
    const profile = Object.fromEntries(Object.entries(written).filter(([key]) => key !== "$schema"));
    return reader.checkProfile(profile, file);
  };
}
