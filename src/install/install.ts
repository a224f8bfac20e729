import path from "node:path";
import { InstallError } from "../core/errors.ts";
import type { HostPath } from "../core/paths.ts";
import { ensureFolder } from "./atomic-write.ts";
import { type ClientVersion, hasGate, missingGates, renderVersion } from "./client-version.ts";
import { chainedPrefix, holdsGate, setGate } from "./edit-gate.ts";
import { type WantedGroup, addHooks, dropHooks } from "./edit-settings.ts";
import { ENGINE_OPTION, setText, textAt } from "./edit-text.ts";
import { canBePrefix, gatePrefix } from "./gate-prefix.ts";
import { type HandlerTarget, renderGroup } from "./handler.ts";
import { withInstallLock } from "./install-lock.ts";
import { type InstallEntry, addToRecord, readRecord, undoRecorded } from "./install-record.ts";
import { type InstallLayout, layoutFor } from "./layout.ts";
import { TIMEOUT_SECONDS, registrationsFor } from "./registration.ts";
import { ensureRuntime } from "./runtime.ts";
import type { RuntimeSource } from "./runtime-source.ts";
import { type InstallEnvironment, type InstallScope, locateSettings } from "./scope.ts";
import type { Edited } from "./splice.ts";
import { type SettingsFile, digestOf, readSettingsFile, writeSettingsFile } from "./settings-file.ts";
import { parseSettings } from "./settings-text.ts";
import { refuseIgnored } from "./settings-shape.ts";
import { refuseMissingNode, refuseUnstableNode } from "./stable-node.ts";

export interface InstallOptions {
  readonly scope: InstallScope;
  readonly environment: InstallEnvironment;
  readonly source: RuntimeSource;
  /** Undefined when it could not be found out: everything is then chosen to be right on every release. */
  readonly client: ClientVersion | undefined;
  /** Written to the scope's settings; undefined leaves the setting alone. */
  readonly engine: string | undefined;
  /** Whether calls may be answered by a process that lives on; see docs/adr/0017-resident-process.md. */
  readonly resident: boolean;
}

/** What an installation will do to the settings file. */
export interface SettingsPlan {
  readonly file: SettingsFile;
  /** The file without anything of ours; undefined when there was none. */
  readonly base: string | undefined;
  readonly entry: InstallEntry;
  /** Equal to the file's text when nothing is to be done. */
  readonly after: string;
  /** The registered shell prefix; undefined for a scope that cannot have one. */
  readonly gate: string | undefined;
  /** A prefix of the user's own, which the gate starts first. */
  readonly chained: string | undefined;
}

/** How often a file that somebody else changes meanwhile is read again. */
const ATTEMPTS = 5;

/** The groups that a scope's file shall hold. Pure. */
export function wantedGroups(
  scope: InstallScope,
  { home, claudeConfigDir }: InstallEnvironment,
  client: ClientVersion | undefined,
): readonly WantedGroup[] {
  const { root } = layoutFor(home);
  const timeout = hasGate(client, "onFailure") ? TIMEOUT_SECONDS.failsClosed : TIMEOUT_SECONDS.failsOpen;
  const target: HandlerTarget =
    scope === "project"
      ? { kind: "portable", timeout: TIMEOUT_SECONDS.failsOpen }
      : { kind: "own", home, root, claudeConfigDir, timeout };
  return registrationsFor(scope === "project" ? undefined : client).map((registration) => ({
    event: registration.event,
    group: renderGroup(registration, target),
  }));
}

/**
 * True when a scope's settings register the shell gate. A project's cannot: the variable holds one path, and no two
 * members of a team have the same.
 */
function registersGate(scope: InstallScope, home: HostPath): boolean {
  return scope !== "project" && canBePrefix(layoutFor(home).root);
}

/**
 * Reads the settings file and decides what becomes of it; changes nothing.
 * @throws InstallError `settings.*`, `install.client-too-old`, `install.scope-is-home`, `machine.*`
 */
export function planSettings(options: InstallOptions): SettingsPlan {
  const { scope, environment, client } = options;
  refuseOldClient(client);
  const place = locateSettings(scope, environment);
  const file = readSettingsFile(place.file, place.within);
  const current = file.text ?? "";
  refuseIgnored(parseSettings(current, file.path), file.path);
  const wanted = wantedGroups(scope, environment, client);
  const engine = options.engine ?? textAt(current, ENGINE_OPTION, file.path);
  const root = registersGate(scope, environment.home) ? layoutFor(environment.home).root : undefined;
  const known = undoRecorded(file, readRecord(layoutFor(environment.home), file.target));
  const base = known === undefined ? dropForBase(file) : known.text;
  const edited = withOurs(base ?? "", { wanted, root, engine }, file.path);
  const untouched =
    addHooks(current, wanted, file.path).splices.length === 0 &&
    (root === undefined || holdsGate(current, root, file.path)) &&
    engine === textAt(current, ENGINE_OPTION, file.path);
  const entry: InstallEntry = {
    before: base === undefined ? null : digestOf(file.mark + base),
    after: digestOf(file.mark + edited.after),
    splices: [...edited.splices],
    ...(known?.folder !== undefined && { folder: known.folder }),
  };
  const chained = root === undefined ? undefined : chainedPrefix(base ?? "", file.path);
  const gate = root === undefined ? undefined : gatePrefix(root, chained);
  return { file, base, entry, after: untouched ? current : edited.after, gate, chained };
}

interface Ours {
  readonly wanted: readonly WantedGroup[];
  /** Root of the installation whose gate is registered; undefined for none. */
  readonly root: HostPath | undefined;
  readonly engine: string | undefined;
}

function withOurs(base: string, { wanted, root, engine }: Ours, file: string): Edited {
  const hooks = addHooks(base, wanted, file);
  const gated = root === undefined ? hooks : setGate(hooks, root, file);
  return engine === undefined ? gated : setText(gated, ENGINE_OPTION, engine, file);
}

/** A file that no record explains: what it would be without our hooks is taken for what it was. */
function dropForBase({ text, path: name }: SettingsFile): string | undefined {
  return text === undefined ? undefined : dropHooks(text, name).after;
}

function refuseOldClient(client: ClientVersion | undefined): void {
  const missing = client && missingGates(client).find(({ effect }) => effect === "required");
  if (client === undefined || missing === undefined) return;
  throw new InstallError({
    code: "install.client-too-old",
    message: `Claude Code ${renderVersion(client)} is too old (${missing.name}): ${missing.before}`,
    hint: `Update Claude Code to ${renderVersion(missing.since)} or later: npm install -g @anthropic-ai/claude-code`,
  });
}

/**
 * Installs the runtime and registers the hook. The runtime comes first: a registered hook without one refuses every
 * command, a runtime without a hook does nothing. `onStep` is told each change as soon as it was made; without a call
 * nothing was to be done.
 * @throws InstallError `settings.*`, `runtime.*`, `install.*`, `machine.*`
 */
export async function install(
  options: InstallOptions,
  onStep: (step: string) => void,
): Promise<SettingsPlan> {
  const { environment, source, resident } = options;
  refuseUnstableNode(environment.node);
  refuseMissingNode(environment.node);
  const layout = layoutFor(environment.home);
  const { chained } = planSettings(options); // Refuses before anything is changed.
  return withInstallLock(layout.lock, () => {
    ensureRuntime(layout, { source, node: environment.node, chained, resident, onStep });
    return applySettings(options, layout, onStep);
  });
}

function applySettings(
  options: InstallOptions,
  layout: InstallLayout,
  onStep: (step: string) => void,
): SettingsPlan {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const plan = planSettings(options);
    const { file, after } = plan;
    if (after === file.text) return plan;
    const made = ensureFolder(path.dirname(file.target));
    const entry = { ...plan.entry, ...(made !== undefined && { folder: made }) };
    addToRecord(layout, file.target, entry);
    onStep(`remembered what ${file.path} was`);
    if (!writeSettingsFile(file, after)) continue;
    onStep(`registered the hook in ${file.path}`);
    return plan;
  }
  throw new InstallError({
    code: "settings.busy",
    message: "the settings file is being changed by another program all the time",
    hint: "Close other Claude Code sessions and run the command again.",
  });
}
