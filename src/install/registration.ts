import { FILE_TOOLS } from "../protocol/file-tools.ts";
import { type ClientVersion, compareVersions } from "./client-version.ts";

/** One hook of ours: the event of Claude Code it listens to, and the word `libexec/hook` gets for it. */
export interface HookRegistration {
  readonly event: string;
  /** Tool names joined by `|` only: the one separator that every release reads as exact names. */
  readonly matcher?: string;
  readonly entry: string;
  /**
   * `decides`: a failure refuses what the event asks about. `tells`: a failure is silent; a shell line on every release,
   * so that it passes through the shell gate, which says by it that it is there.
   */
  readonly kind: "decides" | "tells";
  /** The first release that is known to load it; an unknown event makes older ones ignore the whole settings file. */
  readonly since?: ClientVersion;
  /** Shown by the client while the hook runs. */
  readonly statusMessage: string;
}

/** Tools that run commands, then those that work in the client's own process. */
const TOOLS: readonly string[] = ["Bash", "Monitor", "PowerShell", ...FILE_TOOLS];

/** Every hook that an installation registers. A new event is one more line. */
export const REGISTRATIONS: readonly HookRegistration[] = [
  {
    event: "PreToolUse",
    matcher: TOOLS.join("|"),
    entry: "pre-tool-use",
    kind: "decides",
    statusMessage: "sandhook: applying the policy",
  },
  {
    event: "PostToolUseFailure",
    matcher: "Bash|Monitor",
    entry: "post-tool-use-failure",
    kind: "tells",
    since: [2, 0, 76],
    statusMessage: "sandhook: looking for the reason",
  },
  {
    event: "SessionStart",
    entry: "session-start",
    kind: "tells",
    statusMessage: "sandhook: looking at the sandbox",
  },
  {
    event: "UserPromptSubmit",
    entry: "user-prompt-submit",
    kind: "decides",
    statusMessage: "sandhook: looking at the sandbox",
  },
  {
    event: "ConfigChange",
    entry: "config-change",
    kind: "decides",
    since: [2, 1, 144],
    statusMessage: "sandhook: checking the settings",
  },
];

/** The hooks that a release can load; undefined: any release. */
export function registrationsFor(client: ClientVersion | undefined): readonly HookRegistration[] {
  return REGISTRATIONS.filter(
    ({ since }) => since === undefined || (client !== undefined && compareVersions(client, since) >= 0),
  );
}

/**
 * PATH of the hook process. Fixed, because the client's own PATH can come from a repository's settings; the last
 * entries are Homebrew, NixOS and Guix.
 */
export const HOOK_PATH =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin";

/** What a person types to install; also printed by a committed hook on a machine without an installation. */
export const INSTALL_COMMAND = "npx sandhook install";

/**
 * Seconds until the client gives up on the hook. From 2.1.295 on that refuses the command (`onFailure`), so it is
 * short; before, the command would then run unsandboxed, so it is the longest that those releases use themselves.
 */
export const TIMEOUT_SECONDS = { failsClosed: 30, failsOpen: 600 } as const;
