import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { EngineError } from "../../core/errors.ts";
import { inFolder } from "./in-folder.ts";

/** Something of ours at a protected path that had nothing: an empty folder, or a file with this text. */
interface Placeholder {
  readonly path: string;
  readonly text?: string;
}

function listFile(folder: string): string {
  return path.join(folder, "placeholders");
}

function readList(folder: string): Placeholder[] {
  try {
    return JSON.parse(readFileSync(listFile(folder), "utf8")) as Placeholder[];
  } catch {
    return []; // None yet. A lost list leaves an empty folder behind at worst.
  }
}

function writeList(folder: string, list: readonly Placeholder[]): void {
  const next = `${listFile(folder)}.next`;
  writeFileSync(next, JSON.stringify(list), { mode: 0o600 });
  renameSync(next, listFile(folder));
}

function isThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function place({ path: place, text }: Placeholder): void {
  try {
    inFolder(path.dirname(place), () => {
      if (text === undefined) mkdirSync(path.basename(place));
      else writeFileSync(path.basename(place), `${text}\n`, { flag: "wx" });
    });
  } catch (cause) {
    if (isThere(cause)) return;
    throw new EngineError({
      code: "placeholder.not-made",
      message: `${place} must stay as it is while a container runs, but a placeholder could not be made there`,
      hint: `Check that the folder can be written: ls -ld ${path.dirname(place)}`,
      cause,
    });
  }
}

/**
 * Puts a placeholder at every protected path that has nothing. The list is written first, so that a crash between
 * leaves nothing that is not listed; what stood there before us is not on it.
 * @throws EngineError `placeholder.not-made`
 */
export function placePlaceholders(spec: ContainerSpec): void {
  const wanted = spec.mounts.flatMap(({ source, placeholder }) =>
    placeholder === undefined || lstatSync(source, { throwIfNoEntry: false }) !== undefined
      ? []
      : [{ path: source, ...placeholder }],
  );
  if (wanted.length === 0) return;
  const byPath = new Map([...readList(spec.folder), ...wanted].map((entry) => [entry.path, entry]));
  writeList(spec.folder, [...byPath.values()]);
  wanted.forEach(place);
}

/**
 * Takes every placeholder of a container away again, inner ones first, unless another sandbox of the project needs
 * them: then the last one's sweeper does it.
 */
export async function sweepPlaceholders(spec: ContainerSpec): Promise<void> {
  const list = [...readList(spec.folder)].sort((a, b) => b.path.length - a.path.length);
  if (list.length === 0) return;
  const words = list.flatMap(({ path: place, text }) =>
    text === undefined ? ["folder", place] : ["file", place, text],
  );
  const sweeper = path.join(spec.scripts, "../sweep-placeholders");
  const lock = ["-n", "-x", "-o", spec.lock];
  const swept = await execa("flock", [...lock, "/bin/sh", sweeper, ...words], {
    reject: false,
    stdin: "ignore",
  });
  if (swept.exitCode === 0) writeList(spec.folder, []);
}
