import type { EngineName, Plan } from "./plan.ts";

/** What Claude Code is told about permission. `undecided` leaves its own flow in place. */
export type Permission = "allow" | "ask" | "undecided";

/** How a command gets into the sandbox: the hook rewrites it, or leaves it as it is and the shell gate wraps it. */
export type Mechanism = "rewrite" | "gate";

/** What lets one tool call run outside of the sandbox, once. */
export interface Leave {
  /** What asked for it, e.g. `dangerouslyDisableSandbox`. */
  readonly because: string;
  readonly sessionId: string;
  readonly toolUseId: string;
  /** Variables that config keeps from every command, as patterns. */
  readonly denied: readonly string[];
}

/** The outcome of the pipeline for one tool call. */
export type Decision =
  | {
      readonly kind: "sandbox";
      readonly permission: Permission;
      /** Shown to the user, e.g. `sandboxed by bubblewrap`. */
      readonly reason: string;
      readonly engine: EngineName;
      readonly plan: Plan;
      readonly mechanism: Mechanism;
    }
  | {
      /** An explicit, logged decision of policy: this one call runs on the host. */
      readonly kind: "outside";
      readonly permission: Permission;
      readonly reason: string;
      readonly leave: Leave;
    }
  | {
      readonly kind: "refuse";
      /** Stable name of the reason, e.g. `rule.deny`. */
      readonly code: string;
      /** Read by the model: that nothing ran, why, and what would make it run. */
      readonly reason: string;
    }
  | {
      /** An explicit, logged decision of policy: the call goes on unchanged. */
      readonly kind: "pass";
      readonly permission: Permission;
      readonly reason: string;
    };
