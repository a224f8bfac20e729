/** A release of Claude Code, e.g. `[2, 1, 139]`. */
export type ClientVersion = readonly [number, number, number];

/** Something that a release brought and that sandhook relies on or works around. */
export interface VersionGate {
  readonly since: ClientVersion;
  readonly name: string;
  /** One sentence: what is missing before. */
  readonly before: string;
  /** `required`: sandhook cannot protect without it. `weaker`: it can, with the gap that `before` names. */
  readonly effect: "required" | "weaker";
}

/** What changed in the client, oldest first. Where only a range was measured, `since` is its safe end. */
export const VERSION_GATES: readonly VersionGate[] = [
  gate(
    [2, 0, 10],
    "rewritten input",
    "A hook cannot replace a command, so commands run unsandboxed.",
    "required",
  ),
  gate([2, 1, 0], "ask with rewritten input", "A hook that asks for confirmation loses its rewrite."),
  gate(
    [2, 1, 49],
    "managed hooks stay on",
    "A user's disableAllHooks also turns the organisation's hooks off.",
  ),
  gate([2, 1, 77], "deny rules beat a hook's allow", "A deny rule does not stop what a hook allowed."),
  gate([2, 1, 83], "managed drop-ins", "Files in managed-settings.d are not read."),
  gate([2, 1, 90], "exit 2 with JSON", "A hook that prints JSON and exits with 2 does not always block."),
  gate([2, 1, 101], "ask rules beat a hook", "An ask or deny rule does not stop what a hook asked about."),
  gate(
    [2, 1, 139],
    "exec form of hooks",
    "Hooks start through a shell, which a repository's settings can redirect.",
  ),
  gate([2, 1, 163], "required version", "An organisation cannot demand a minimum version."),
  gate([2, 1, 195], "matchers with comma and hyphen", "Only `|` separates tool names in a matcher."),
  gate(
    [2, 1, 214],
    "exit 2 always blocks",
    "A hook that exits with 2 after printing invalid JSON does not block.",
  ),
  gate(
    [2, 1, 223],
    "env from every managed source",
    "Of several managed sources only one may set variables.",
  ),
  gate(
    [2, 1, 294],
    "managed hooks first",
    "Hooks of all scopes race; the last one to finish decides the command.",
  ),
  gate([2, 1, 295], "onFailure", "A hook that crashes or times out lets the command run unsandboxed."),
  gate([2, 1, 312], "managed hooks shielded", "A repository's variables reach the organisation's hooks."),
];

function gate(
  since: ClientVersion,
  name: string,
  before: string,
  effect: VersionGate["effect"] = "weaker",
): VersionGate {
  return { since, name, before, effect };
}

/** Reads `2.1.330` or `2.1.330 (Claude Code)`; undefined for anything else. */
export function parseClientVersion(text: string): ClientVersion | undefined {
  const match = /^\s*v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?![\d.])/.exec(text);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Negative when `a` is older than `b`, 0 when they are the same, positive when it is newer. */
export function compareVersions(a: ClientVersion, b: ClientVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** `2.1.330` */
export function renderVersion(version: ClientVersion): string {
  return version.join(".");
}

/** The gates that a release has not passed, oldest first. */
export function missingGates(version: ClientVersion): readonly VersionGate[] {
  return VERSION_GATES.filter(({ since }) => compareVersions(version, since) < 0);
}

/** True when the release is known to have a feature of the table; false for an unknown release. */
export function hasGate(
  version: ClientVersion | undefined,
  name: "onFailure" | "exec form of hooks",
): boolean {
  return version !== undefined && !missingGates(version).some((missing) => missing.name === name);
}
