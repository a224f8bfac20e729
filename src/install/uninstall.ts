import { existsSync } from "node:fs";
import { InstallError } from "../core/errors.ts";
import { dropHooks, holdsHooks } from "./edit-settings.ts";
import { withInstallLock } from "./install-lock.ts";
import { dropRecord, readRecord, recordedSettings, undoRecorded } from "./install-record.ts";
import { layoutFor } from "./layout.ts";
import { endResidents } from "./end-residents.ts";
import { removeRuntime } from "./runtime.ts";
import { type InstallEnvironment, type InstallScope, locateSettings } from "./scope.ts";
import { type SettingsFile, readSettingsFile, writeSettingsFile } from "./settings-file.ts";

export interface UninstallOptions {
  readonly scope: InstallScope;
  readonly environment: InstallEnvironment;
}

/** What becomes of the settings file; `after` undefined means that the file goes. */
export interface RemovalPlan {
  readonly file: SettingsFile;
  readonly after: string | undefined;
  /** The outermost folder that was made for the file. */
  readonly folder: string | undefined;
  /** `exact`: the bytes before the installation. `ours-only`: the file was changed since, so only our part goes. */
  readonly kind: "exact" | "ours-only" | "nothing";
}

const ATTEMPTS = 5;

/**
 * Decides what taking our hooks out means; changes nothing.
 * @throws InstallError `settings.*`, `machine.*`
 */
export function planRemoval({ scope, environment }: UninstallOptions): RemovalPlan {
  const { file: name, within } = locateSettings(scope, environment);
  const file = readSettingsFile(name, within);
  const { text } = file;
  if (text === undefined) return { file, after: text, folder: undefined, kind: "nothing" };
  const known = undoRecorded(file, readRecord(layoutFor(environment.home), file.target));
  if (known !== undefined) return { file, after: known.text, folder: known.folder, kind: "exact" };
  const { after, splices } = dropHooks(text, name);
  return { file, after, folder: undefined, kind: splices.length === 0 ? "nothing" : "ours-only" };
}

/**
 * Takes our hooks out of a scope's settings. The runtime goes with the last settings file that was registered on this
 * machine, unless the shim needs it; a project's committed hook then refuses commands and says how to install.
 * @throws InstallError `settings.*`, `machine.*`
 */
export async function uninstall(
  options: UninstallOptions,
  onStep: (step: string) => void,
): Promise<RemovalPlan> {
  const layout = layoutFor(options.environment.home);
  const first = planRemoval(options); // Refuses before anything is changed.
  if (first.kind === "nothing" && !existsSync(layout.root)) return first;
  const { plan, unused } = await withInstallLock(layout.lock, () => {
    const plan = removeFromSettings(options, onStep);
    dropRecord(layout, plan.file.target);
    const unused = !recordedSettings(layout).some(stillRegistered) && !existsSync(layout.shim);
    const removed = unused && removeRuntime(layout);
    if (removed) onStep(`removed the runtime from ${layout.root}`);
    return { plan, unused };
  });
  if (unused) await endResidents(layout.root);
  return plan;
}

function removeFromSettings(options: UninstallOptions, onStep: (step: string) => void): RemovalPlan {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const plan = planRemoval(options);
    if (plan.kind === "nothing") return plan;
    if (!writeSettingsFile(plan.file, plan.after, plan.folder)) continue;
    onStep(plan.after === undefined ? `removed ${plan.file.path}` : `took the hook out of ${plan.file.path}`);
    return plan;
  }
  throw new InstallError({
    code: "settings.busy",
    message: "the settings file is being changed by another program all the time",
    hint: "Close other Claude Code sessions and run the command again.",
  });
}

/** A file that cannot be read may still hold our hook. */
function stillRegistered(settings: string): boolean {
  try {
    const { text } = readSettingsFile(settings);
    return text !== undefined && holdsHooks(text, settings);
  } catch {
    return true;
  }
}
