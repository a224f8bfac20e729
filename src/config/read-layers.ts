import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import { InputError } from "../core/errors.ts";
import type { LayerFile, Scope } from "./layers.ts";
import { type NativeSettings, parseNativeSettings } from "./native-settings.ts";
import type { ProfileDefinition, SandhookSettings } from "./schema.ts";

/** One source of settings that exists: the whole object Claude Code reads, and our checked parts of it. */
export interface Layer {
  readonly scope: Scope;
  /** Undefined for options of the launcher. */
  readonly file: HostPath | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sandhook: SandhookSettings | undefined;
  /** Claude Code's own keys that mean the same; undefined when there are none. */
  readonly native: NativeSettings | undefined;
}

/** What stands under our key in one file. */
export interface WrittenSection {
  readonly section: unknown;
  readonly file: HostPath;
}

/**
 * The parts of reading that need a library, so that the hook loads them only when it must.
 * `parse` reads JSON with comments; `check` is the strict schema. Both throw a coded InputError.
 */
export interface SettingsReader {
  parse(text: string, file: HostPath): unknown;
  check(section: unknown, file: HostPath): SandhookSettings;
  /** The same for all files of a call at once, in their order. */
  checkAll(written: readonly WrittenSection[]): readonly SandhookSettings[];
  /** The same for a profile in a file of its own. */
  checkProfile(profile: unknown, file: HostPath): ProfileDefinition;
}

/** Options of the command line, in the vocabulary of the settings. */
export interface LauncherOptions {
  readonly sandhook: SandhookSettings;
  /** What the client was given with `--settings`, as far as rules for commands stand in it. */
  readonly given?: { readonly file: HostPath; readonly permissions: unknown };
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

/**
 * The object in a JSON file; undefined when there is no file, or nothing in it.
 * @throws InputError `config.unreadable`, `config.not-json`, `config.not-an-object`
 */
export function readObject(
  host: Host,
  file: HostPath,
  reader: SettingsReader,
): Readonly<Record<string, unknown>> | undefined {
  const text = readText(host, file);
  if (text === undefined || text.trim() === "") return undefined;
  const value = parse(text.replace(/^\uFEFF/, ""), file, reader);
  if (isRecord(value)) return value;
  throw new InputError({
    code: "config.not-an-object",
    message: `${file}: the file holds no JSON object`,
    hint: "It must start with { and end with }.",
  });
}

/**
 * Reads the settings files that exist, in the order given.
 * @throws InputError `config.unreadable`, `config.not-json`, `config.not-an-object`, `config.invalid`: present but
 * unusable is never the same as absent.
 */
export function readLayers(host: Host, files: readonly LayerFile[], reader: SettingsReader): Layer[] {
  const found = files.flatMap(({ scope, file }) => {
    const settings = readObject(host, file, reader);
    return settings === undefined ? [] : [{ scope, file, settings }];
  });
  const ours = found.filter(({ settings }) => settings["sandhook"] !== undefined);
  const checked = reader.checkAll(
    ours.map(({ file, settings }) => ({ section: settings["sandhook"], file })),
  );
  return found.map((layer) => ({
    ...layer,
    sandhook: checked[ours.indexOf(layer)],
    native: parseNativeSettings(layer.settings, layer.file),
  }));
}

/** The launcher's options as layers: below managed files, above all others. */
export function launcherLayers({ sandhook, given }: LauncherOptions): Layer[] {
  const own: Layer = { scope: "launcher", file: undefined, settings: {}, sandhook, native: undefined };
  if (given === undefined) return [own];
  const { file, permissions } = given;
  return [own, { ...own, file, settings: { permissions }, sandhook: undefined }];
}
