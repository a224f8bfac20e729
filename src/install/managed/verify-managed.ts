import { accessSync, constants, lstatSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isSandboxError } from "../../core/errors.ts";
import { linkTarget, namesIn } from "../atomic-write.ts";
import { renderEntries } from "../runtime.ts";
import { digestRuntime, readRuntime } from "../runtime-source.ts";
import { OWN_KEYS, type Settings, renderDropIn } from "./drop-in.ts";
import { readManagedRecord, readManagedSettings, recordedPolicy } from "./managed-record.ts";
import { type ManagedPlace, managedLayout, onDisk } from "./place.ts";
import { type Authority, findWeaknesses } from "./writers.ts";
import { hostPath } from "../../core/paths.ts";

/** One difference between this machine and what was installed on it. */
export interface Finding {
  readonly path: string;
  readonly problem: string;
}

export interface VerifyOptions {
  readonly place: ManagedPlace;
  /** `<version>-<digest>` that must be in use; undefined: whatever is, is checked against its own digest. */
  readonly runtime: string | undefined;
  /** The settings come from elsewhere: only the runtime is looked at. */
  readonly runtimeOnly: boolean;
}

/** Every difference, the settings first. Empty when this machine is what the policy says. */
export function verifyManaged(options: VerifyOptions): readonly Finding[] {
  const { place, runtimeOnly } = options;
  const settings = runtimeOnly
    ? []
    : [verifyDropIn, verifyEffective].flatMap((check) => guarded(() => check(place)));
  const all = [...settings, ...guarded(() => verifyRuntime(options)), ...guarded(() => verifyNode(place))];
  return all.filter((one, index) => all.findIndex((other) => isDeepStrictEqual(one, other)) === index);
}

/** What cannot be read is a finding, not an end of the search. */
function guarded(check: () => readonly Finding[]): readonly Finding[] {
  try {
    return check();
  } catch (error) {
    const at = error instanceof Error && "path" in error ? String(error.path) : "";
    return [{ path: at, problem: isSandboxError(error) ? error.message : String(error) }];
  }
}

function authorityOf({ staging }: ManagedPlace): Authority {
  return staging === undefined
    ? { uid: 0, top: "/" }
    : { uid: process.getuid?.() ?? 0, top: realpathSync(staging) };
}

function verifyDropIn(place: ManagedPlace): readonly Finding[] {
  const file = onDisk(place, place.dropIn);
  const weak = findWeaknesses(file, authorityOf(place));
  const found = readManagedSettings(file);
  if (found === undefined) return [{ path: file, problem: "is missing: nothing is registered" }];
  const record = readManagedRecord(place);
  if (record === undefined)
    return [...weak, { path: managedLayout(place).root, problem: "has no record of what was installed" }];
  const unreadable =
    (lstatSync(file).mode & 0o004) === 0 ? [{ path: file, problem: "cannot be read by users" }] : [];
  const wanted = renderDropIn(found, place.root, recordedPolicy(record));
  const changed = OWN_KEYS.filter((key) => !isDeepStrictEqual(plain(found[key]), plain(wanted[key])));
  return [
    ...weak,
    ...unreadable,
    ...changed.map((key) => ({ path: file, problem: `${key} is not what was installed` })),
  ];
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The files that Claude Code combines, in its order: a later one wins. */
function managedFiles(place: ManagedPlace): readonly string[] {
  const folder = onDisk(place, place.settingsFolder);
  const dropIns = path.join(folder, "managed-settings.d");
  const names = namesIn(dropIns).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  return [
    path.join(folder, "managed-settings.json"),
    ...[...names].sort().map((name) => path.join(dropIns, name)),
  ];
}

/** What another file of the organisation does to ours. */
function verifyEffective(place: ManagedPlace): readonly Finding[] {
  const own = onDisk(place, place.dropIn);
  const wanted = readManagedSettings(own) ?? {};
  return managedFiles(place).flatMap((file) => {
    const settings = file === own ? undefined : readManagedSettings(file);
    if (settings === undefined) return [];
    const weak = findWeaknesses(file, authorityOf(place));
    return [...weak, ...contradictions(file, settings, { wins: file > own, wanted })];
  });
}

function contradictions(
  file: string,
  settings: Settings,
  { wins, wanted }: { readonly wins: boolean; readonly wanted: Settings },
): readonly Finding[] {
  const [env, ours] = [settings["env"], wanted["env"]].map((value) => (value ?? {}) as Settings) as [
    Settings,
    Settings,
  ];
  const off = settings["disableAllHooks"] === true ? ["disableAllHooks switches our hooks off"] : [];
  if (!wins) return off.map((problem) => ({ path: file, problem }));
  const variables = Object.keys(ours).filter((name) => name in env && env[name] !== ours[name]);
  const keys = (["allowManagedHooksOnly", "requiredMinimumVersion"] as const).filter(
    (key) => key in settings && key in wanted && settings[key] !== wanted[key],
  );
  return [
    ...off,
    ...variables.map((name) => `env.${name} replaces ours`),
    ...keys.map((key) => `${key} replaces ours`),
  ].map((problem) => ({ path: file, problem }));
}

function verifyRuntime({ place, runtime }: VerifyOptions): readonly Finding[] {
  const layout = managedLayout(place);
  const current = linkTarget(layout.current);
  if (current === undefined)
    return [{ path: layout.current, problem: "is missing: no runtime is installed" }];
  const version = path.basename(current);
  const folder = path.join(layout.root, current);
  const digest = digestRuntime(readRuntime({ folder: hostPath(folder), version }));
  const wrong = [
    ...(version.endsWith(`-${digest}`) ? [] : [`holds files that were changed (their digest is ${digest})`]),
    ...(runtime === undefined || runtime === version ? [] : [`is in use, not ${runtime}`]),
  ];
  const entries = renderEntries(layout).filter(({ file, text }) => !holds(file, text));
  return [
    ...wrong.map((problem) => ({ path: folder, problem })),
    ...entries.map(({ file }) => ({ path: file, problem: "is not the script that was installed" })),
    ...weakFiles(layout.root, place),
  ];
}

function holds(file: string, text: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return readFileSync(file, "utf8") === text;
  } catch {
    return false; // Missing, unreadable or not to be started: not what was installed.
  }
}

/** Everything below the root that somebody else may write; the way to the root counts once. */
function weakFiles(root: string, place: ManagedPlace): readonly Finding[] {
  const authority = authorityOf(place);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const below = names.filter(
    (name) => lstatSync(path.join(root, name), { throwIfNoEntry: false })?.isSymbolicLink() === false,
  );
  return [
    ...findWeaknesses(root, authority),
    ...below.flatMap((name) => findWeaknesses(path.join(root, name), { ...authority, top: root })),
  ];
}

function verifyNode(place: ManagedPlace): readonly Finding[] {
  const link = managedLayout(place).node;
  const node = linkTarget(link);
  if (node === undefined) return [{ path: link, problem: "is missing: the hook has no Node" }];
  if (place.staging !== undefined) return [];
  return findWeaknesses(link, authorityOf(place));
}
