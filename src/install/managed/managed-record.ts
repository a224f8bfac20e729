import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { InstallError } from "../../core/errors.ts";
import type { ClientVersion } from "../client-version.ts";
import { isAbsent, onMachine } from "../machine-errors.ts";
import type { ManagedPolicy, Settings } from "./drop-in.ts";
import { type ManagedPlace, managedLayout } from "./place.ts";

const version = z.tuple([z.number(), z.number(), z.number()]);
const recordSchema = z.strictObject({
  /** The drop-in's text before the first installation; null when there was none. */
  before: z.string().nullable(),
  written: z.string(),
  /** The outermost folder that was made for it; null when all were there. */
  folder: z.string().nullable(),
  policy: z.strictObject({
    onlyManagedHooks: z.boolean(),
    requiredVersion: version.nullable(),
    keepVariables: z.array(z.string()),
  }),
});

/** What the last installation wrote, by which it is undone and verified. */
export type ManagedRecord = z.infer<typeof recordSchema>;

/** Where the record is kept. */
export function recordFile(place: ManagedPlace): string {
  return path.join(managedLayout(place).root, "managed.json");
}

/** The text of a file; undefined when there is none. */
export function readIfPresent(file: string): string | undefined {
  return onMachine(file, () => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });
}

/** The record of the last installation; undefined when there is none, or none that can be understood. */
export function readManagedRecord(place: ManagedPlace): ManagedRecord | undefined {
  const text = readIfPresent(recordFile(place));
  if (text === undefined) return undefined;
  try {
    return recordSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The policy that a record says was installed. */
export function recordedPolicy({ policy }: ManagedRecord): ManagedPolicy {
  const { onlyManagedHooks, keepVariables } = policy;
  const requiredVersion: ClientVersion | undefined = policy.requiredVersion ?? undefined;
  return { onlyManagedHooks, requiredVersion, keepVariables, engine: undefined };
}

/**
 * Reads a settings file of the organisation as data; undefined when there is none.
 * @throws InstallError `managed.unparsable`, `machine.*`
 */
export function readManagedSettings(file: string): Settings | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Settings;
  } catch {
    // Said below: the same advice for what is no JSON and for what is no object.
  }
  throw new InstallError({
    code: "managed.unparsable",
    message: `${file} holds no JSON object`,
    hint: "Correct it or move it away, and run the command again.",
  });
}
