import { readFileSync } from "node:fs";
import path from "node:path";
import { settingsReader } from "../../config/settings-reader.ts";
import { InputError } from "../../core/errors.ts";
import { hostPath } from "../../core/paths.ts";

/** The client's arguments without `--settings`, and what it said. */
export interface SettingsFlag {
  readonly rest: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readSettings(value: string, cwd: string): Readonly<Record<string, unknown>> {
  const inline = value.trimStart().startsWith("{");
  const file = hostPath(path.resolve(cwd, inline ? "--settings" : value));
  const settings = settingsReader.parse(inline ? value : readText(file), file);
  if (isRecord(settings)) return settings;
  throw new InputError({
    code: "launch.settings",
    message: "--settings: the value is neither a JSON object nor a file that holds one",
    hint: "It must start with { and end with }.",
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new InputError({
      code: "launch.settings",
      message: `--settings: ${file} cannot be read`,
      hint: "Name a file that exists, or write the JSON itself.",
      cause,
    });
  }
}

/**
 * The client takes one `--settings` (the last), and ours is one: what the person gave is read and goes into it.
 * @throws InputError `launch.settings`, `config.not-json`
 */
export function takeSettingsFlag(args: readonly string[], cwd: string): SettingsFlag {
  const rest: string[] = [];
  let value: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    if (word === "--") {
      rest.push(...args.slice(at));
      break;
    }
    if (word.startsWith("--settings=")) value = word.slice("--settings=".length);
    else if (word === "--settings" && at + 1 < args.length) value = args[(at += 1)];
    else rest.push(word);
  }
  return { rest, settings: value === undefined ? {} : readSettings(value, cwd) };
}
