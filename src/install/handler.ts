import type { HostPath } from "../core/paths.ts";
import { quote } from "../rewrite/quote.ts";
import { HOOK_PATH, type HookRegistration, INSTALL_COMMAND, TIMEOUT_SECONDS } from "./registration.ts";

/** One handler as it stands in a settings file. Key order is the order in the file. */
export interface HookHandler {
  readonly type: "command";
  readonly command: string;
  readonly args?: readonly string[];
  readonly timeout: number;
  readonly onFailure?: "block";
  readonly statusMessage: string;
}

export interface HookGroup {
  readonly matcher?: string;
  readonly hooks: readonly HookHandler[];
}

/** Who will run the handler: the user who installs, whoever checks the project out, or every user of the machine. */
export type HandlerTarget =
  | {
      readonly kind: "own";
      readonly home: HostPath;
      readonly root: HostPath;
      /** Only when the user's client keeps its state elsewhere. */
      readonly claudeConfigDir: HostPath | undefined;
      readonly timeout: number;
    }
  | { readonly kind: "portable"; readonly timeout: number }
  /** Like `portable`; where nothing is installed, the product that came with the plugin does the work. */
  | { readonly kind: "plugin"; readonly timeout: number }
  | { readonly kind: "managed"; readonly root: HostPath; readonly timeout: number };

type OwnTarget = Extract<HandlerTarget, { kind: "own" }>;

/** Names every registered command of ours, in `command` or in `args`; see src/config/own-registration.ts. */
export const HOOK_TAIL = "sandhook/current/libexec/hook";

/** Words that a POSIX shell reads as themselves, so that a command without quotes is a path as well. */
const PLAIN_PATH = /^[A-Za-z0-9_@%+,./-]+$/;

/**
 * Ends in 2 for every failure of the hook (missing file, crash, signal, an answer that is no JSON object): the only code
 * that every release takes as a refusal. The subshell reads the hook's script and becomes Node; a shell of its own for
 * the script would cost every call a millisecond.
 */
const GUARDED = [
  '[ -r "$0" ] || { echo "sandhook: refused: the installation is broken ($0 is missing). Type: npx sandhook install" >&2; exit 2; }',
  'answer=$(. "$0") || exit 2',
  'case $answer in "{"*"}") printf "%s\\n" "$answer" && exit 0 ;; esac',
  'echo "sandhook: the command was not run: the hook gave no answer. Type: sandhook doctor" >&2',
  "exit 2",
].join("; ");

/** The shell script that releases before 2.1.139 start, below `<root>/entry`. */
export function entryScriptName(entry: string): string {
  return `event=${entry}`;
}

/**
 * The executable that exec-form handlers start, below `<root>/entry`; it holds nothing but `ENTRY_START`.
 *
 * Releases before 2.1.139 ignore `args` and hand `command` to a shell. `/usr/bin/env` alone would print the
 * environment and end well, and the call would run unsandboxed: after a downgrade, or in an editor that brings its
 * own client. So `command` is right under both readings: as a path it is this file; as a shell line it runs the script
 * of `entryScriptName` and turns each failure into a refusal.
 */
export function entryStartName(entry: string): string {
  return `${entryScriptName(entry)} || exit 2`;
}

/**
 * The kernel starts `/usr/bin/env -i <path of this file> <args>`, so no shell sees the client's environment. The path
 * holds a `=`, which makes it one more assignment to `env` and not the program to start. A symlink to `env` would be
 * simpler, but where `env` is a part of one big binary (BusyBox, uutils, Nix) the name decides what it does.
 */
export const ENTRY_START = "#!/usr/bin/env -i\n";

/** The handler of one registration for one target. Pure. */
export function renderHandler(registration: HookRegistration, target: HandlerTarget): HookHandler {
  return {
    type: "command",
    ...renderCommand(registration, target),
    timeout: registration.kind === "tells" ? TIMEOUT_SECONDS.failsClosed : target.timeout,
    ...(registration.kind === "decides" && { onFailure: "block" as const }),
    statusMessage: registration.statusMessage,
  };
}

/** The handler with its matcher, as one element of the event's list. Pure. */
export function renderGroup(registration: HookRegistration, target: HandlerTarget): HookGroup {
  const hooks = [renderHandler(registration, target)];
  return registration.matcher === undefined ? { hooks } : { matcher: registration.matcher, hooks };
}

function renderCommand(
  registration: HookRegistration,
  target: HandlerTarget,
): { readonly command: string; readonly args?: readonly string[] } {
  const { entry, kind } = registration;
  if (target.kind === "portable" || target.kind === "plugin")
    return { command: portableLine(registration, target.kind) };
  if (kind === "tells") return { command: quoteIfNeeded(`${target.root}/entry/${entryScriptName(entry)}`) };
  // Exec form from 2.1.139 on, a shell line before; the file itself asks for HOME, which no settings file can name.
  if (target.kind === "managed")
    return { command: `${target.root}/entry/${entryStartName(entry)}`, args: [] };
  if (!PLAIN_PATH.test(target.root)) return { command: shellLine(entry, target) };
  return {
    command: `${target.root}/entry/${entryStartName(entry)}`,
    args: cleanStart(entry, target, "${CLAUDE_PROJECT_DIR}"),
  };
}

function quoteIfNeeded(file: string): string {
  return PLAIN_PATH.test(file.replace("event=", "")) ? file : quote(file);
}

/**
 * Operands of `env -i`, with which NODE_OPTIONS, BASH_ENV, exported functions … of a repository's settings end:
 * 1. the few variables the hook reads, none of which a repository can set (the client takes HOME and
 *    CLAUDE_CONFIG_DIR from no repository).
 * 2. a shell that starts the hook and ends in 2 for every failure.
 */
function cleanStart(entry: string, target: OwnTarget, projectDir: string): readonly string[] {
  const { home, root, claudeConfigDir } = target;
  const config = claudeConfigDir === undefined ? [] : [`CLAUDE_CONFIG_DIR=${claudeConfigDir}`];
  const variables = [`HOME=${home}`, `PATH=${HOOK_PATH}`, ...config, `CLAUDE_PROJECT_DIR=${projectDir}`];
  return [...variables, "/bin/sh", "-c", GUARDED, `${root}/current/libexec/hook`, entry, "checked"];
}

/** The same as one shell line, for a home folder whose name a shell would split or expand. */
function shellLine(entry: string, target: OwnTarget): string {
  const words = ["-i", ...cleanStart(entry, target, "")].map((word) =>
    word === "CLAUDE_PROJECT_DIR=" ? 'CLAUDE_PROJECT_DIR="$CLAUDE_PROJECT_DIR"' : quote(word),
  );
  return `/usr/bin/env ${words.join(" ")} || exit 2`;
}

/**
 * The script of `entryScriptName`, and of `entryStartName` where all users share it. The client says which project it
 * is, and without a `home` whose HOME: it takes that variable from no repository.
 */
export function renderEntryScript(
  { entry, kind }: HookRegistration,
  { home, root }: { readonly home: HostPath | undefined; readonly root: HostPath },
): string {
  if (kind === "tells") return renderTellingScript(entry, { home, root });
  const words = [home === undefined ? 'HOME="$HOME"' : quote(`HOME=${home}`), quote(`PATH=${HOOK_PATH}`)];
  return [
    "#!/bin/sh",
    home === undefined
      ? "# Started by Claude Code for every user of this machine."
      : "# Started by Claude Code before 2.1.139, which does not know `args`; later releases start the file beside it.",
    `${home === undefined ? "" : "exec "}/usr/bin/env -i ${words.join(" ")} ${KEEP_CONFIG_DIR} CLAUDE_PROJECT_DIR="$CLAUDE_PROJECT_DIR" \\`,
    home === undefined
      ? `  /bin/sh -c ${quote(GUARDED)} ${quote(`${root}/current/libexec/hook`)} ${quote(entry)} checked || exit 2`
      : `  /bin/sh ${quote(`${root}/current/libexec/hook`)} ${quote(entry)}`,
    "",
  ].join("\n");
}

/** The same for what only tells: it ends well, and hands on the word that the shell gate adds. */
function renderTellingScript(
  entry: string,
  { home, root }: { readonly home: HostPath | undefined; readonly root: HostPath },
): string {
  const words = [home === undefined ? 'HOME="$HOME"' : quote(`HOME=${home}`), quote(`PATH=${HOOK_PATH}`)];
  return [
    "#!/bin/sh",
    "# Started by Claude Code; nothing depends on how it ends.",
    `/usr/bin/env -i ${words.join(" ")} ${KEEP_CONFIG_DIR} CLAUDE_PROJECT_DIR="$CLAUDE_PROJECT_DIR" \\`,
    `  /bin/sh ${quote(`${root}/current/libexec/hook`)} ${quote(entry)} "$@" || exit 0`,
    "",
  ].join("\n");
}

/** Passed on only when set: an empty value would be a folder of its own to whoever reads it. */
const KEEP_CONFIG_DIR = '${CLAUDE_CONFIG_DIR:+CLAUDE_CONFIG_DIR="$CLAUDE_CONFIG_DIR"}';

/**
 * The line that a project commits. Shell form, because it is the only one that is right on every release: an exec
 * form needs an executable at a path that all members share, and releases before 2.1.139 ignore `args`. It names no
 * user: HOME comes from whoever runs it. Where nothing is installed it refuses and says what to type.
 * A repository can take this line out or redirect it through CLAUDE_CODE_SHELL_PREFIX; it protects a team from
 * forgetting, the user's own installation protects from the repository.
 */
function portableLine({ event, entry, kind }: HookRegistration, target: "portable" | "plugin"): string {
  const failed = kind === "tells" ? 0 : 2;
  // Without an installation the refusal of a command says enough; other events go on.
  const speaks = event === "PreToolUse";
  const missing = `sandhook is not installed for this user, so the command was not run. Install it: ${INSTALL_COMMAND}`;
  const script = [
    `h="$HOME/.local/share/${HOOK_TAIL}"`,
    ...(target === "plugin" ? ['[ -f "$h" ] || h="$PLUGIN/dist/libexec/hook"'] : []),
    `if [ -f "$h" ]; then /bin/sh "$h" "$0" || exit ${failed}`,
    !speaks ? "fi" : `else echo ${quote(missing)} >&2; exit 2; fi`,
  ].join("; ");
  const variables = `HOME="$HOME" PATH=${HOOK_PATH} ${KEEP_CONFIG_DIR} CLAUDE_PROJECT_DIR="$CLAUDE_PROJECT_DIR"`;
  const plugin = target === "plugin" ? ' PLUGIN="${CLAUDE_PLUGIN_ROOT}"' : "";
  return `/usr/bin/env -i ${variables}${plugin} /bin/sh -c ${quote(script)} ${entry} || exit ${failed}`;
}
