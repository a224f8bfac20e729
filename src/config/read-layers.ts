import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import { InputError } from "../core/errors.ts";
import type { LayerFile } from "./layers.ts";
import type { SandhookSettings } from "./schema.ts";

/** One settings file that exists: the whole object Claude Code reads, and our checked part of it. */
export interface Layer extends LayerFile {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sandhook: SandhookSettings | undefined;
}

/**
 * The parts of reading that need a library, so that the hook loads them only when it must.
 * `parse` reads JSON with comments; `check` is the strict schema. Both throw a coded InputError.
 */
export interface SettingsReader {
  parse(text: string, file: HostPath): unknown;
  check(section: unknown, file: HostPath): SandhookSettings;
}

function parse(text: string, file: HostPath, reader: SettingsReader): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return reader.parse(text, file); // Comments or trailing commas; it throws for what is no JSON at all.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readText(host: Host, file: HostPath): string | undefined {
  try {
    return host.readText(file);
  } catch (cause) {
    throw new InputError({
      code: "config.unreadable",
      message: `${file} exists but cannot be read`,
      hint: `Make it readable (ls -l ${file}) or remove it.`,
      cause,
    });
  }
}

function readLayer(host: Host, layer: LayerFile, reader: SettingsReader): Layer[] {
  const text = readText(host, layer.file);
  if (text === undefined || text.trim() === "") return [];
  const settings = parse(text, layer.file, reader);
  if (!isRecord(settings)) {
    throw new InputError({
      code: "config.not-an-object",
      message: `${layer.file}: the file holds no JSON object`,
      hint: "It must start with { and end with }.",
    });
  }
  const section = settings["sandhook"];
  return [
    { ...layer, settings, sandhook: section === undefined ? undefined : reader.check(section, layer.file) },
  ];
}

/**
 * Reads the settings files that exist, in the order given.
 * @throws InputError `config.unreadable`, `config.not-json`, `config.not-an-object`, `config.invalid`: present but
 * unusable is never the same as absent.
 */
export function readLayers(host: Host, files: readonly LayerFile[], reader: SettingsReader): Layer[] {
  return files.flatMap((file) => readLayer(host, file, reader));
}
