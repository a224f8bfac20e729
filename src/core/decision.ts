import type { EngineName, Plan } from "./plan.ts";

/** What Claude Code is told about permission. `undecided` leaves its own flow in place. */
export type Permission = "allow" | "ask" | "undecided";

/** The outcome of the pipeline for one tool call. */
export type Decision =
  | {
      readonly kind: "sandbox";
      readonly permission: Permission;
      /** Shown to the user, e.g. `sandboxed by bubblewrap`. */
      readonly reason: string;
      readonly engine: EngineName;
      readonly plan: Plan;
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
