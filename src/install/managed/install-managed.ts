import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { InstallError } from "../../core/errors.ts";
import { isInside } from "../../core/paths.ts";
import { ensureFolder, writeAtomically } from "../atomic-write.ts";
import { entryScriptName } from "../handler.ts";
import { withInstallLock } from "../install-lock.ts";
import { onMachine } from "../machine-errors.ts";
import type { InstallLayout } from "../layout.ts";
import { ensureRuntime, removeRuntime } from "../runtime.ts";
import type { RuntimeSource } from "../runtime-source.ts";
import { type ManagedPolicy, OWN_KEYS, renderDropIn, renderSettings } from "./drop-in.ts";
import {
  type ManagedRecord,
  readIfPresent,
  readManagedRecord,
  readManagedSettings,
  recordFile,
} from "./managed-record.ts";
import { type ManagedPlace, managedLayout, onDisk } from "./place.ts";
import { findWeaknesses } from "./writers.ts";

export interface ManagedOptions {
  readonly place: ManagedPlace;
  readonly policy: ManagedPolicy;
  readonly source: RuntimeSource;
  readonly node: string;
  /** The settings come from elsewhere (MDM, claude.ai): only the runtime is put in place. */
  readonly runtimeOnly: boolean;
}

/** The drop-in before and after; `after` undefined means that there is none. */
export interface DropInChange {
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Decides what becomes of the drop-in; changes nothing. */
export function planDropIn({ place, policy }: Pick<ManagedOptions, "place" | "policy">): DropInChange {
  const file = onDisk(place, place.dropIn);
  const before = readIfPresent(file);
  const after = renderSettings(renderDropIn(readManagedSettings(file) ?? {}, place.root, policy));
  return { file, before, after };
}

/** Decides what an uninstallation leaves: the bytes before, or what others have written since beside our keys. */
export function planDropInRemoval(place: ManagedPlace): DropInChange {
  const file = onDisk(place, place.dropIn);
  const before = readIfPresent(file);
  const record = readManagedRecord(place);
  if (before === undefined) return { file, before, after: undefined };
  if (record?.written === before) return { file, before, after: record.before ?? undefined };
  const kept = Object.entries(readManagedSettings(file) ?? {}).filter(
    ([key]) => !OWN_KEYS.some((own) => own === key),
  );
  return { file, before, after: kept.length === 0 ? undefined : renderSettings(Object.fromEntries(kept)) };
}

/** Refuses without the rights of root, before anything is changed. */
export function refuseWithoutRights(place: ManagedPlace, command: string): void {
  if (place.staging !== undefined || process.getuid?.() === 0) return;
  throw new InstallError({
    code: "managed.no-rights",
    message: `an installation for every user of this machine writes ${place.settingsFolder} and ${place.root}, which needs the rights of root`,
    hint: `Type: sudo ${command}`,
  });
}

/** Whatever runs in the hook must be out of every user's reach, Node included. */
function refuseWeakPlaces({ place, node }: ManagedOptions): void {
  if (place.staging !== undefined) return;
  const authority = { uid: 0, top: "/" };
  const weak = [path.dirname(place.root), node].flatMap((file) => findWeaknesses(file, authority));
  const [first] = weak;
  if (first === undefined) return;
  throw new InstallError({
    code: "managed.weak-place",
    message: `${first.path} ${first.problem}, so users could replace what the hook runs`,
    hint:
      first.path === node || node.startsWith(`${first.path}/`)
        ? "Name a Node that belongs to root, for example: --node /usr/bin/node"
        : `Give it to root alone: chown root ${first.path} && chmod go-w ${first.path}`,
  });
}

/** Folders and files are for everybody to read, whatever root's umask is. */
async function publicly<T>(work: () => Promise<T>): Promise<T> {
  const old = process.umask(0o022);
  try {
    return await work();
  } finally {
    process.umask(old);
  }
}

/** Lets root make the compiled code of the hook: users cannot write it, so that no call of theirs would. */
function warmUp({ codeCache, entry }: InstallLayout): void {
  ensureFolder(codeCache, 0o755);
  const home = mkdtempSync(path.join(tmpdir(), "sandhook-"));
  const event = {
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    cwd: home,
    tool_input: { command: "true" },
  };
  try {
    // Whatever it answers: this spares the calls to come some milliseconds, and decides nothing.
    spawnSync(path.join(entry, entryScriptName("pre-tool-use")), {
      env: { HOME: home, CLAUDE_PROJECT_DIR: home },
      input: JSON.stringify(event),
      timeout: 20_000,
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function writeDropIn(place: ManagedPlace, change: DropInChange, policy: ManagedPolicy): boolean {
  const { file, before, after = "" } = change;
  const made = ensureFolder(path.dirname(file));
  const old = readManagedRecord(place);
  const { onlyManagedHooks, requiredVersion, keepVariables } = policy;
  const record: ManagedRecord = {
    before: old === undefined ? (before ?? null) : old.before,
    written: after,
    folder: old?.folder ?? made ?? null,
    policy: {
      onlyManagedHooks,
      requiredVersion: requiredVersion ? [...requiredVersion] : null,
      keepVariables: [...keepVariables],
    },
  };
  writeAtomically(recordFile(place), renderSettings(record), { mode: 0o644 });
  if (before === after && (statSync(file).mode & 0o777) === 0o644) return false;
  return writeAtomically(file, after, { mode: 0o644 });
}

/**
 * Installs for every user of the machine: the runtime first, then the drop-in, which takes effect at once. `onStep` is
 * told each change as soon as it was made.
 * @throws InstallError `managed.*`, `runtime.*`, `install.busy`, `machine.*`
 */
export async function installManaged(options: ManagedOptions, onStep: (step: string) => void): Promise<void> {
  const { place, policy, source, node, runtimeOnly } = options;
  refuseWeakPlaces(options);
  planDropIn(options); // Refuses before anything is changed.
  const layout = managedLayout(place);
  await publicly(() => {
    ensureFolder(layout.root, layout.folderMode); // Before the lock, which would make it private.
    return withInstallLock(layout.lock, () => {
      // No helper: what is installed for every user stays in files that only root can write.
      ensureRuntime(layout, { source, node, chained: undefined, resident: false, onStep });
      if (place.staging === undefined) warmUp(layout);
      if (runtimeOnly) return;
      if (writeDropIn(place, planDropIn(options), policy)) onStep(`wrote ${onDisk(place, place.dropIn)}`);
    });
  });
}

/**
 * Takes the drop-in out again, then the runtime: from the first step on sessions of this machine are not sandboxed.
 * Users' own state below their home folders stays.
 * @throws InstallError `managed.*`, `install.busy`, `machine.*`
 */
export async function uninstallManaged(place: ManagedPlace, onStep: (step: string) => void): Promise<void> {
  const layout = managedLayout(place);
  const first = planDropInRemoval(place);
  if (first.before === undefined && statSync(layout.root, { throwIfNoEntry: false }) === undefined) return;
  await publicly(() =>
    withInstallLock(layout.lock, () => {
      removeDropIn(place, onStep);
      rmSync(recordFile(place), { force: true });
      if (removeRuntime(layout)) onStep(`removed the runtime from ${layout.root}`);
    }),
  );
  removeIfEmpty(layout.root);
}

function removeDropIn(place: ManagedPlace, onStep: (step: string) => void): void {
  const { file, before, after } = planDropInRemoval(place);
  if (before === after) return;
  if (after !== undefined) {
    writeAtomically(file, after, { mode: 0o644 });
    onStep(`took our part out of ${file}`);
    return;
  }
  onMachine(file, () => {
    rmSync(file);
  });
  onStep(`removed ${file}`);
  const folder = readManagedRecord(place)?.folder ?? undefined;
  for (let at = path.dirname(file); folder !== undefined && isInside(at, folder); at = path.dirname(at))
    if (!removeIfEmpty(at)) return;
}

/** False when the folder holds something of somebody else, or cannot be removed. */
function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false; // An empty folder that stays changes nothing.
  }
}
