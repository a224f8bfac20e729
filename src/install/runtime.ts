import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import { InstallError } from "../core/errors.ts";
import {
  ensureFolder,
  ensureLink,
  linkTarget,
  namesIn,
  writeAtomically,
  writeDurably,
} from "./atomic-write.ts";
import { ENTRY_START, entryScriptName, entryStartName, renderEntryScript } from "./handler.ts";
import { holdsHelper, placeHelper } from "./helper-file.ts";
import { gatePrefix, renderChain } from "./gate-prefix.ts";
import type { InstallLayout } from "./layout.ts";
import { onMachine } from "./machine-errors.ts";
import { REGISTRATIONS } from "./registration.ts";
import { type RuntimeFile, type RuntimeSource, digestRuntime, readRuntime } from "./runtime-source.ts";
import { quote } from "../rewrite/quote.ts";

export interface RuntimeOptions {
  readonly source: RuntimeSource;
  /** Absolute path of the Node that shall run the hook. */
  readonly node: string;
  /** A shell prefix of the user's own, which the gate starts first. */
  readonly chained: string | undefined;
  /** Whether calls may be answered by a process that lives on. Left out: as in the current version. */
  readonly resident?: boolean;
  /** Told each thing that was changed, as soon as it was. */
  readonly onStep: (step: string) => void;
}

/**
 * Copies the product to its stable place and makes it current. Each step leaves a working installation, old or new:
 * 1. private folders, because the state of the running product lies beside it.
 * 2. the version, complete under a temporary name, then renamed.
 * 3. `node`, the entries and the launcher: they work with the old version and with the new one.
 * 4. `current`, in one step.
 * 5. versions that nothing can use any more.
 * @throws InstallError `runtime.*`, `machine.*`
 */
export function ensureRuntime(
  layout: InstallLayout,
  { source, node, chained, resident = holdsHelper(layout.current), onStep }: RuntimeOptions,
): void {
  const files = placeHelper(readRuntime(source), source, resident);
  const version = `${source.version}-${digestRuntime(files)}`;
  const did = (changed: boolean, step: string): void => {
    if (changed) onStep(step);
  };
  ensurePrivateFolders(layout);
  did(ensureVersion(layout, version, files), `copied the runtime to ${layout.versions}/${version}`);
  did(ensureLink(layout.node, node), `linked ${layout.node} to ${node}`);
  did(ensureEntries(layout), `wrote ${layout.entry}`);
  if (chained !== undefined) did(ensureChain(layout, chained), `wrote ${gatePrefix(layout.root, chained)}`);
  did(ensureScript(layout.launcher, launcherText(layout), layout.folderMode), `wrote ${layout.launcher}`);
  const previous = linkTarget(layout.current);
  did(ensureLink(layout.current, `versions/${version}`), `made ${version} the current version`);
  removeOldVersions(layout, [version, path.basename(previous ?? "")]).forEach((name) => {
    onStep(`removed the old version ${name}`);
  });
}

function ensurePrivateFolders(layout: InstallLayout): void {
  for (const folder of [layout.root, ...layout.state]) {
    ensureFolder(folder, layout.folderMode);
    const { uid, mode } = statSync(folder);
    if (process.getuid !== undefined && uid !== process.getuid()) {
      throw new InstallError({
        code: "runtime.foreign-folder",
        message: `${folder} belongs to another user (${String(uid)})`,
        hint: `Move it away, or give it back: chown -R $(id -u) ${quote(folder)}`,
      });
    }
    if ((mode & 0o777) !== layout.folderMode)
      onMachine(folder, () => {
        chmodSync(folder, layout.folderMode);
      });
  }
}

function ensureVersion(layout: InstallLayout, version: string, files: readonly RuntimeFile[]): boolean {
  const folder = path.join(layout.versions, version);
  if (isIntact(folder, files)) return false;
  ensureFolder(layout.versions, layout.folderMode);
  return onMachine(folder, () => {
    for (const name of readdirSync(layout.versions)) {
      if (name.startsWith(".")) rmSync(path.join(layout.versions, name), { recursive: true, force: true });
    }
    const partial = path.join(layout.versions, `.partial-${String(process.pid)}`);
    for (const { name, content, mode } of files) {
      const file = path.join(partial, name);
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
      writeDurably(file, content, { mode });
    }
    // A folder that is there but not intact was damaged: until the new one has its name the hook fails, closed.
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) {
      renameSync(folder, path.join(layout.versions, `.damaged-${String(process.pid)}`));
    }
    renameSync(partial, folder);
    rmSync(layout.codeCache, { recursive: true, force: true });
    rmSync(path.join(layout.versions, `.damaged-${String(process.pid)}`), { recursive: true, force: true });
    return true;
  });
}

function isIntact(folder: string, files: readonly RuntimeFile[]): boolean {
  try {
    const installed = readRuntime({ folder: folder as RuntimeSource["folder"], version: "" });
    return digestRuntime(installed) === digestRuntime(files);
  } catch {
    return false; // Missing or broken: it is written anew.
  }
}

/** The scripts that registered commands start; see handler.ts for why there are two names for each entry. Pure. */
export function renderEntries(
  layout: InstallLayout,
): readonly { readonly file: string; readonly text: string }[] {
  return REGISTRATIONS.flatMap((registration) => {
    const { entry, kind } = registration;
    const script = renderEntryScript(registration, { home: layout.home, root: layout.named });
    const start = {
      file: path.join(layout.entry, entryStartName(entry)),
      text: layout.home === undefined ? script : ENTRY_START,
    };
    return [
      { file: path.join(layout.entry, entryScriptName(entry)), text: script },
      ...(kind === "tells" ? [] : [start]),
    ];
  });
}

function ensureEntries(layout: InstallLayout): boolean {
  ensureFolder(layout.entry, layout.folderMode);
  return renderEntries(layout)
    .map(({ file, text }) => ensureScript(file, text, layout.folderMode))
    .includes(true);
}

/** The gate with a prefix of the user's own behind it; true when it had to be written. */
export function ensureChain(layout: InstallLayout, chained: string): boolean {
  const file = gatePrefix(layout.root, chained);
  return ensureScript(file, renderChain(layout.root, chained), layout.folderMode);
}

/** Puts an executable script in place; true when that changed something. */
export function ensureScript(file: string, text: string, folderMode: number): boolean {
  ensureFolder(path.dirname(file), folderMode);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  const same =
    stats?.isFile() === true && (stats.mode & 0o777) === 0o755 && readFileSync(file, "utf8") === text;
  return !same && writeAtomically(file, text, { mode: 0o755 });
}

/**
 * A session starts without Node in between, so that it has the terminal to itself; sessions need a runtime of their user.
 * The status line is drawn often, and starts its own small program.
 */
function launcherText({ home, named }: InstallLayout): string {
  const session = [
    'if [ "${1-}" = claude ]; then',
    "\tshift",
    `\texec ${quote(`${named}/current/libexec/launch`)} command "$@"`,
    "fi",
    'if [ "${1-} ${2-}" = "statusline " ] || [ "${1-} ${2-}" = "statusline --with" ]; then',
    "\tshift",
    `\texec ${quote(`${named}/node`)} ${quote(`${named}/current/libexec/statusline.cjs`)} "$@"`,
    "fi",
  ];
  return [
    "#!/bin/sh",
    ...(home === undefined ? [] : session),
    `exec ${quote(`${named}/node`)} ${quote(`${named}/current/sandhook.mjs`)} "$@"`,
    "",
  ].join("\n");
}

/**
 * Keeps the current version and the newest other one, for sessions that started before. A waiting or running job may
 * belong to any version, so all of them stay while there is one.
 */
function removeOldVersions(
  layout: InstallLayout,
  [current, previous]: readonly [string, string],
): readonly string[] {
  if (namesIn(layout.jobs).some((name) => /^[0-9a-f]+$/.test(name))) return [];
  const age = (name: string): number => statSync(path.join(layout.versions, name)).mtimeMs;
  const others = namesIn(layout.versions).filter((name) => name !== current && !name.startsWith("."));
  const newest = others.includes(previous) ? previous : [...others].sort((a, b) => age(b) - age(a))[0];
  const old = others.filter((name) => name !== newest);
  for (const name of old) rmSync(path.join(layout.versions, name), { recursive: true, force: true });
  return old;
}

/**
 * Removes what `ensureRuntime` made, the current version first, so that from the first step on the hook refuses. State
 * (jobs, containers, audit) stays. Gives true when there was something to remove.
 */
export function removeRuntime(layout: InstallLayout): boolean {
  return onMachine(layout.root, () => {
    const there = namesIn(layout.versions).length > 0 || linkTarget(layout.current) !== undefined;
    const { codeCache, current, entry, launcher, launches, node, records, versions } = layout;
    const made = [current, entry, path.dirname(launcher), node, versions, records, codeCache, launches];
    for (const each of made) {
      rmSync(each, { recursive: true, force: true });
    }
    return there;
  });
}
