import type { HostPath } from "./paths.ts";

/** What one of Claude Code's own tools is about to touch. */
export type ToolTarget =
  /** The content of one file. */
  | { readonly kind: "read"; readonly path: string }
  /** Creates, changes or replaces one file. */
  | { readonly kind: "write"; readonly path: string }
  /** Looks into every file below a folder, or into one file. */
  | { readonly kind: "search"; readonly path: string }
  /** Names of files below a folder. `pattern` may lead out of it. */
  | { readonly kind: "list"; readonly path: string; readonly pattern: string | undefined }
  | { readonly kind: "fetch"; readonly url: string };

/** A call of one of Claude Code's own file and web tools, which work in its process and not in a sandbox. */
export interface ToolUse {
  readonly tool: string;
  /** As the model wrote it: paths may be relative or start with `~`. */
  readonly target: ToolTarget;
  readonly cwd: HostPath;
  /** The session's transcript, beside which the client keeps files of its own; undefined when it did not say. */
  readonly transcript: HostPath | undefined;
  readonly sessionId: string | undefined;
  readonly toolUseId: string | undefined;
  readonly agentId: string | undefined;
  readonly permissionMode: string | undefined;
}

/** What policy says about such a call. */
export type ToolDecision =
  /** Inside the policy: the client's own permission flow goes on. */
  { readonly kind: "pass"; readonly code: string; readonly reason: string } | ToolObjection;

/** `ask`: only a person can let it through, in every permission mode. */
export interface ToolObjection {
  readonly kind: "ask" | "refuse";
  /** Stable name of the reason, e.g. `file.secret`. */
  readonly code: string;
  /** What is wrong with the call; a sentence without its end. */
  readonly reason: string;
  /** The rule that decided, e.g. `secret ~/.ssh`. */
  readonly rule: string;
  /** The config key that would change it; undefined when none does. */
  readonly key: string | undefined;
  /** What to do instead, or the smallest change that allows it. */
  readonly change: string;
  /** Words after `sandhook allow` that make that change; absent when nothing that a person types does. */
  readonly allow?: readonly string[];
}
