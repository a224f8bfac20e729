import type { Host } from "./host.ts";
import type { HostPath } from "./paths.ts";
import type { EngineName, Plan } from "./plan.ts";

/** What the machine offers, with every reason kept. */
export type Probe =
  | { readonly kind: "available"; readonly program: HostPath; readonly notes: readonly string[] }
  | { readonly kind: "unavailable"; readonly reasons: readonly string[]; readonly hint: string };

/** How much of a plan an engine can enforce. `none` and `partial` refuse. */
export type Support =
  | { readonly kind: "full" }
  | { readonly kind: "partial"; readonly missing: readonly string[] }
  | { readonly kind: "none"; readonly reasons: readonly string[] };

/** Where the installed product keeps its parts. */
export interface Site {
  /** Scripts and bundles: `sandhook-run`, `hook`, seccomp programs. */
  readonly libexec: HostPath;
  readonly profiles: HostPath;
  /** Our own state (jobs, containers, audit); no sandbox can see or write it. */
  readonly state: HostPath;
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
}

/** One file that the job carries beside its script. `name` has no slash. */
export interface JobFile {
  readonly name: string;
  readonly content: string;
}

/**
 * How to enter a sandbox, as data for `src/rewrite`: the steps name functions of `libexec/sandhook-run`, and every
 * operand is quoted when the job is rendered.
 */
export interface Invocation {
  readonly engine: EngineName;
  /** Calls of runner functions, in order: `[function, ...operands]`. The last one runs the command. */
  readonly steps: readonly (readonly string[])[];
  readonly files: readonly JobFile[];
  /** Private folders that must exist; what older calls left in them (entries named by job ids) is swept. */
  readonly folders?: readonly HostPath[];
  /** One of `folders`, in which the command's text lies under the job's id as well: the sandbox reads it there. */
  readonly inbox?: HostPath;
}

/** What config says about where an engine is. */
export interface EngineWishes {
  /** A compatible program in place of the engine's own. */
  readonly command?: string | undefined;
  /** Address of its daemon. */
  readonly address?: string | undefined;
}

export interface Engine {
  readonly name: EngineName;
  /** Cheap: looks at files and the search path only; starts nothing. */
  probe(host: Host, wishes?: EngineWishes): Probe;
  supports(plan: Plan): Support;
  /** Pure: the same plan and site give the same invocation. */
  render(plan: Plan, site: Site, host: Host): Invocation;
}
