import type { EngineName } from "../../core/plan.ts";

/** Raised when the shape of specifications, the scripts inside or the system call filter change: every container is made anew. */
export const SPEC_FORMAT = 4;

/** Where the parts that we mount lie inside. */
export const INSIDE = "/run/sandhook";

/** One bind mount. `source` is a host path, `target` the path inside. */
export interface SpecMount {
  readonly source: string;
  readonly target: string;
  readonly kind: "file" | "directory";
  readonly readOnly: boolean;
  /** The host's path that is hidden by this, when `source` is something of ours. */
  readonly covers?: string;
  /** Nothing is at `source` yet: a folder (`undefined` text) or a file holding `text` is put there while it is mounted. */
  readonly placeholder?: { readonly text?: string };
}

export interface SpecLimits {
  readonly pids?: number;
  readonly memoryBytes?: number;
  readonly cpus?: number;
  /** `name=soft:hard`. */
  readonly ulimits?: readonly string[];
}

/** One image that is built from a text alone: nothing of any folder can be copied into it. */
export interface ImageStep {
  /** The file that the text comes from. */
  readonly origin: string;
  readonly text: string;
  readonly tag: string;
}

/** A devcontainer.json of a project. */
export interface Devcontainer {
  readonly config: string;
  readonly workspace: string;
  /** The tool, a script for Node. */
  readonly program: string;
  readonly tag: string;
}

export type ImageSource =
  | { readonly kind: "reference"; readonly reference: string }
  /** Built one on the other; the last one is the image. */
  | { readonly kind: "build"; readonly steps: readonly ImageStep[] }
  /** Made by the tool for devcontainer.json files, then the steps. */
  | { readonly kind: "devcontainer"; readonly source: Devcontainer; readonly steps: readonly ImageStep[] };

/** Everything about a project's container, as data: what to create, and under which names. */
export interface ContainerSpec {
  readonly format: number;
  readonly engine: EngineName;
  /** The engine's program and the arguments that come before every command. */
  readonly client: readonly string[];
  /** The daemon's socket, for a precise reason when it does not answer. */
  readonly socket?: string;
  /** Name of the container; also the stem of its volumes' names. */
  readonly name: string;
  readonly project: string;
  /** Our own folder about this container: state, inbox, outbox, lock. */
  readonly folder: string;
  /** The lock that everything shares which needs the placeholders of the project's protected paths. */
  readonly lock: string;
  /** Folder of the scripts that run inside. */
  readonly scripts: string;
  /** The system call filter, in the engines' own format. */
  readonly seccomp: string;
  readonly image: ImageSource;
  readonly user: { readonly uid: number; readonly gid: number };
  /** Arguments that map the user, for engines that need some, e.g. `--userns=keep-id`. */
  readonly userFlags: readonly string[];
  readonly home: { readonly path: string; readonly volume: string };
  /** Shown as `/tmp` inside, and at its own path. */
  readonly temporary: string;
  readonly mounts: readonly SpecMount[];
  readonly volumes: readonly { readonly name: string; readonly target: string }[];
  /** Folders of the project that the container has to itself; volumes that go with the container's home. */
  readonly separate: readonly { readonly name: string; readonly target: string }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly network: "none" | "bridge";
  /** The folder with the socket of the user's proxy, for a container whose only way out that is. */
  readonly door?: string;
  readonly ports: readonly string[];
  readonly limits: SpecLimits;
  readonly runtime?: string;
  readonly flags: readonly string[];
  readonly idleSeconds: number;
  /** Sentences for people, said when the container is made. */
  readonly notes: readonly string[];
}

/** Device and inode of what lies at a path, or undefined when nothing does. */
export type Identify = (path: string) => string | undefined;

/**
 * The text whose digest names a container's policy. It holds the identity of everything that is mounted: a bind mount
 * silently falls away when the host replaces its source by rename (`git config` does) or when our own folders are lost,
 * so a changed identity must count as a changed policy; what is hidden would even show. Whether a placeholder was needed does not count.
 */
export function specText(spec: ContainerSpec, identify: Identify): string {
  const mounts = spec.mounts.map(({ source, target, kind, readOnly, covers = source }) => {
    return [source, target, kind, readOnly, covers, identify(covers) ?? "missing"];
  });
  const ours = [spec.scripts, `${spec.folder}/inbox`, `${spec.folder}/outbox`];
  const parts = ours.map((part) => [part, identify(part) ?? "missing"]);
  return JSON.stringify({ ...spec, mounts, parts });
}
