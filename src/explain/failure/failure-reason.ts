import type { Config } from "../../config/resolve.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import type { EngineName, Plan } from "../../core/plan.ts";

/** Why the sandbox made a command fail. */
export interface FailureReason {
  readonly code:
    | "write.outside"
    | "write.protected"
    | "write.settings"
    | "write.profile"
    | "read.hidden"
    | "read.not-mounted"
    | "network.none"
    | "network.refused"
    | "limit.memory"
    | "limit.pids"
    | "container.gone"
    | "image.missing"
    | "engine.down"
    | "sandbox.not-started";
  /** One sentence: what was refused, by which rule, and the key that decides. */
  readonly sentence: string;
  /** Words after `sandhook allow` that would let it through; absent when nothing that a person types does. */
  readonly allow?: readonly string[];
}

/** A call that ended badly, with everything that was decided about it. */
export interface FailedCall {
  readonly host: Host;
  readonly engine: EngineName;
  readonly plan: Plan;
  readonly config: Config;
  /** What the client says: the exit code, then the output. */
  readonly output: string;
  /** What the proxy's log says it refused to this very call. */
  readonly refused: readonly { readonly host: string; readonly code: string }[];
  /** What this user may do without a sandbox, at the path or at the nearest parent that exists. */
  readonly canWrite: (path: HostPath) => boolean;
  readonly canRead: (path: HostPath) => boolean;
}

export function hasContainer(engine: EngineName): boolean {
  return engine === "docker" || engine === "podman";
}
