import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { InstallError } from "../core/errors.ts";
import type { HostPath } from "../core/paths.ts";
import { onMachine } from "./machine-errors.ts";

/** The built product, as `npm run build` or an earlier installation left it. */
export interface RuntimeSource {
  readonly folder: HostPath;
  /** Of the package, e.g. `0.1.0`. */
  readonly version: string;
}

export interface RuntimeFile {
  /** Relative to the source, with `/`. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly mode: 0o644 | 0o755;
}

const PARTS: readonly string[] = ["libexec", "profiles", "sandhook.mjs"];
const REQUIRED: readonly string[] = ["libexec/hook", "libexec/shell-gate", "sandhook.mjs"];

/**
 * Reads every file that gets installed, sorted by name.
 * @throws InstallError `runtime.not-built`, `runtime.not-a-file`, `machine.*`
 */
export function readRuntime({ folder }: RuntimeSource): readonly RuntimeFile[] {
  const missing = REQUIRED.find((name) => !existsSync(path.join(folder, name)));
  if (missing !== undefined) {
    throw new InstallError({
      code: "runtime.not-built",
      message: `${path.join(folder, missing)} does not exist: the product is not built`,
      hint: "Type: npm run build",
    });
  }
  return onMachine(folder, () => PARTS.flatMap((part) => readTree(folder, part)));
}

/** First 12 hex digits of a digest over names, modes and contents. */
export function digestRuntime(files: readonly RuntimeFile[]): string {
  const hash = createHash("sha256");
  for (const { name, content, mode } of files) {
    hash.update(`${String(mode)} ${String(content.length)} ${name}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

function readTree(folder: string, name: string): readonly RuntimeFile[] {
  const file = path.join(folder, name);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isDirectory()) {
    const names = readdirSync(file).sort();
    return names.flatMap((child) => readTree(folder, `${name}/${child}`));
  }
  if (!stats.isFile()) {
    throw new InstallError({
      code: "runtime.not-a-file",
      message: `${file} is neither a file nor a folder`,
      hint: "Build the product again: npm run build",
    });
  }
  const content = readFileSync(file);
  const runnable = (stats.mode & 0o111) !== 0 || content.subarray(0, 2).toString() === "#!";
  return [{ name, content, mode: runnable ? 0o755 : 0o644 }];
}
