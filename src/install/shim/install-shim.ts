import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { InstallError } from "../../core/errors.ts";
import { type HostPath, joinHost } from "../../core/paths.ts";
import { quote } from "../../rewrite/quote.ts";
import { recordedSettings } from "../install-record.ts";
import { withInstallLock } from "../install-lock.ts";
import { type InstallLayout, layoutFor } from "../layout.ts";
import { onMachine } from "../machine-errors.ts";
import { ensureRuntime, ensureScript, removeRuntime } from "../runtime.ts";
import type { RuntimeSource } from "../runtime-source.ts";
import { type SettingsFile, readSettingsFile, writeSettingsFile } from "../settings-file.ts";
import { addPathLine, removePathLine, startupFiles } from "./path-line.ts";

export interface ShimOptions {
  readonly home: HostPath;
  /** The user's login shell. */
  readonly shell: string | undefined;
}

/** What becomes of one start-up file of the user's shell. */
export interface StartupEdit {
  readonly file: SettingsFile;
  readonly after: string | undefined;
}

/**
 * The `claude` in front of the real one. The second line is how the launcher knows it, and so never starts it again; the
 * runtime does the rest, so that an update of ours changes nothing here.
 */
export function shimText({ named }: InstallLayout): string {
  const launcher = quote(`${named}/current/libexec/launch`);
  return [
    "#!/bin/sh",
    "# sandhook-shim: starts the real claude; with --sandbox or --no-sandbox as the first word, through sandhook's launcher.",
    `[ -x ${launcher} ] || {`,
    `\techo "sandhook: its runtime is gone, so claude was not started. Type: npx sandhook install --shim, or remove $0" >&2`,
    "\texit 127",
    "}",
    `exec ${launcher} shim "$@"`,
    "",
  ].join("\n");
}

/** The start-up files that the shim's folder comes into; files that are missing and need not be there are left out. */
export function planShim({ home, shell }: ShimOptions): readonly StartupEdit[] {
  const folder = path.dirname(layoutFor(home).shim);
  return startupFiles(shell).flatMap(({ name, syntax, always }) => {
    const file = readSettingsFile(joinHost(home, name));
    if (file.text === undefined && !always) return [];
    return [{ file, after: addPathLine(file.text, folder, syntax) }];
  });
}

/** Every start-up file of any shell that holds our line: the user may have changed shells since. */
export function planShimRemoval(home: HostPath): readonly StartupEdit[] {
  return ["bash", "zsh", "fish"].flatMap(startupFiles).flatMap(({ name }) => {
    const file = readSettingsFile(joinHost(home, name));
    const after = file.text === undefined ? undefined : removePathLine(file.text);
    return after === file.text ? [] : [{ file, after }];
  });
}

function apply(edits: readonly StartupEdit[], onStep: (step: string) => void): void {
  for (const { file, after } of edits) {
    if (after === file.text) continue;
    if (!writeSettingsFile(file, after)) {
      throw new InstallError({
        code: "shim.busy",
        message: `${file.path} was changed by another program meanwhile`,
        hint: "Run the command again.",
      });
    }
    onStep(after === undefined ? `removed ${file.path}` : `changed ${file.path}`);
  }
}

/**
 * Puts the runtime and the shim in place, then its folder on PATH. Settings are not touched: sessions that ask for no
 * sandbox are as before.
 * @throws InstallError `shim.*`, `runtime.*`, `machine.*`
 */
export async function installShim(
  options: ShimOptions & { readonly source: RuntimeSource; readonly node: string },
  onStep: (step: string) => void,
): Promise<void> {
  const { source, node } = options;
  const layout = layoutFor(options.home);
  await withInstallLock(layout.lock, () => {
    ensureRuntime(layout, { source, node, chained: undefined, onStep });
    if (ensureScript(layout.shim, shimText(layout), layout.folderMode)) onStep(`wrote ${layout.shim}`);
    apply(planShim(options), onStep);
  });
}

/** True while the `claude` of an installation stands in front of the real one. */
export function holdsShim(layout: InstallLayout): boolean {
  return existsSync(layout.shim);
}

/**
 * Takes the shim away again: the start-up files are what they were, byte for byte. The runtime goes with it when no
 * settings file is registered.
 * @throws InstallError `shim.*`, `machine.*`
 */
export async function uninstallShim(home: HostPath, onStep: (step: string) => void): Promise<void> {
  const layout = layoutFor(home);
  if (!existsSync(layout.root)) return;
  await withInstallLock(layout.lock, () => {
    apply(planShimRemoval(home), onStep);
    if (holdsShim(layout)) {
      onMachine(layout.shim, () => {
        rmSync(path.dirname(layout.shim), { recursive: true, force: true });
      });
      onStep(`removed ${layout.shim}`);
    }
    if (recordedSettings(layout).length === 0 && removeRuntime(layout))
      onStep(`removed the runtime from ${layout.root}`);
  });
}
