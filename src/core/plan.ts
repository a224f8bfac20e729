import type { HostPath } from "./paths.ts";

export type EngineName = "bubblewrap" | "docker" | "podman" | "seatbelt";

/** The tool call as Claude Code described it, whatever door it came through. */
export interface ToolCall {
  readonly tool: string;
  /** What the model asked for, unchanged. */
  readonly command: string;
  readonly cwd: HostPath;
  readonly sessionId: string | undefined;
  readonly toolUseId: string | undefined;
  readonly agentId: string | undefined;
  /** `default`, `plan`, `acceptEdits`, … as sent; undefined when the client did not say. */
  readonly permissionMode: string | undefined;
  readonly background: boolean;
  /** The model set `dangerouslyDisableSandbox`. */
  readonly wantsUnsandboxed: boolean;
}

export interface Project {
  /** Real path of the folder the session started in; mounted at the same path inside. */
  readonly root: HostPath;
  /** Short name derived from the root: `<slug>-<12 hex>`. Safe in file, container and volume names. */
  readonly key: string;
  /**
   * Where the project's container and proxy live, of the same form as `key`, when this command has another policy than
   * the project in general (a command rule, plan mode). Absent: `key`.
   */
  readonly place?: string;
}

/** The name of a policy's own container and proxy. */
export function placeOf({ key, place }: Project): string {
  return place ?? key;
}

/** A path that stays as it is even though it lies in a writable folder. */
export interface ProtectedPath {
  readonly path: HostPath;
  /** `missing`: nothing is there yet, and nothing may be created there. */
  readonly kind: "file" | "directory" | "missing";
  /**
   * What a missing path's placeholder is while a sandbox runs. Undefined: an empty folder, which git does not list and
   * rmdir cannot remove by mistake once somebody has put something in it. A text: a file with that text, for a path
   * where a folder would break its reader.
   */
  readonly placeholder?: string;
}

/** A path whose content must not be seen. Always exists; symlinks are resolved. */
export interface HiddenPath {
  readonly path: HostPath;
  readonly kind: "file" | "directory";
}

export interface FilesystemPlan {
  /** `host`: everything that is not hidden can be read. `listed`: only `readable` and the writable roots. */
  readonly reads: "host" | "listed";
  /** Real paths that can be read although reads are `listed` or a parent is hidden. */
  readonly readable: readonly HostPath[];
  /** Real, existing paths that can be written. One may lie inside another when something between is protected. */
  readonly writable: readonly HostPath[];
  /** Inside writable roots, outermost first. Wins over `writable`. */
  readonly protectedPaths: readonly ProtectedPath[];
  /** Wins over `readable` of an outer folder; a `readable` inside a hidden folder wins over it. */
  readonly hidden: readonly HiddenPath[];
  /** The project's own temp folder: TMPDIR at this path on both sides, and `/tmp` inside. */
  readonly temporary: HostPath;
}

/** What the proxy decides by, as config resolved it. */
export interface NetworkRules {
  readonly allowedDomains: readonly string[];
  readonly deniedDomains: readonly string[];
  readonly presets: readonly string[];
  readonly allowedPorts: readonly number[];
  readonly allowLocalhost: boolean | readonly number[];
  readonly parentProxy?: string;
  readonly proxyCommand?: readonly string[];
}

export type NetworkPlan =
  | { readonly mode: "none" }
  | { readonly mode: "open" }
  | {
      readonly mode: "allowlist";
      /** Absent: nothing is allowed. */
      readonly rules?: NetworkRules;
      /** The same proxy on TCP at 127.0.0.1; what seatbelt lets a command reach. */
      readonly port?: number;
    };

/** Which TCP ports of this machine a command may use beside the proxy. Only seatbelt shares the host's loopback. */
export interface LoopbackPlan {
  /** `any` listens on every address (needed by dual-stack sockets, e.g. of the JVM) and can be reached from outside. */
  readonly bind: "none" | "localhost" | "any";
  /** Ports on localhost that can be connected to. */
  readonly connect: "none" | "any" | readonly number[];
}

/** Grants that only exist on macOS; each is a module of its own and off by default. */
export type SeatbeltToggle =
  "pty" | "keychain-read" | "chromium" | "simulator" | "apple-events" | "docker-socket";

export interface SeatbeltPlan {
  /** The set of modules; absent: the one that is named like the plan's profile. */
  readonly profile?: string;
  readonly toggles: readonly SeatbeltToggle[];
}

/** Which variables of the caller reach the command. Names are shell patterns (`*` only). */
export interface EnvironmentPlan {
  /** Removed whatever `pass` says: what config denies. */
  readonly denyAlways?: readonly string[];
  /** Removed by native engines, and never passed to a container. */
  readonly deny: readonly string[];
  /** Let through although `deny` matches. */
  readonly pass: readonly string[];
  /** Passed to a container; native engines pass everything that is not denied. */
  readonly containerPass: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  /** Put behind what the command has of that name, with a space between. */
  readonly added?: Readonly<Record<string, string>>;
}

export interface LimitsPlan {
  /** Bytes of memory for everything in the sandbox. */
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly pids?: number;
  /** Bytes that the sandbox's own layer may take on the disk. */
  readonly diskBytes?: number;
  /** `name=soft[:hard]`, as the container engines write them. */
  readonly ulimits?: readonly string[];
}

/** A folder or file of the host that config adds to the container. */
export interface ContainerMount {
  readonly source: HostPath;
  /** Path inside. */
  readonly target: HostPath;
  readonly readOnly: boolean;
}

export interface ContainerPlan {
  /** An image reference; undefined means a Dockerfile. */
  readonly image: string | undefined;
  /** The Dockerfile to build from; absent: the bundled one. */
  readonly dockerfile?: HostPath;
  /** The devcontainer.json to make the image from, when there is neither image nor Dockerfile. */
  readonly devcontainer?: HostPath;
  /** A docker-compatible program that takes the engine's place, e.g. `nerdctl`: a name or an absolute path. */
  readonly command?: string;
  readonly mounts?: readonly ContainerMount[];
  /** Variables of the container itself. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Script that is sourced before every command inside. */
  readonly startup?: HostPath;
  /** Seconds without a call after which the container stops itself. Default: 1800. */
  readonly idleSeconds?: number;
  /** `[address:]host:container[/protocol]`, as the engines write it. */
  readonly ports?: readonly string[];
  /** Names of package caches that all projects of the user share, e.g. `npm`. */
  readonly caches?: readonly string[];
  /** Further arguments for creating the container. */
  readonly flags?: readonly string[];
  /** Dangerous ones that `flags` may hold: `--name`, or a whole flag. */
  readonly allowFlags?: readonly string[];
  /** Address of docker's daemon. */
  readonly host?: string;
  /** Folders of the project, relative to it, that the container has to itself. */
  readonly separate?: readonly string[];
  /** Sentences about what was set aside, for people. */
  readonly notes?: readonly string[];
  /** Another OCI runtime that the engine knows, e.g. `runsc`. */
  readonly runtime?: string;
}

/** Everything an engine needs to run one command, decided before any engine is touched. */
export interface Plan {
  readonly call: ToolCall;
  readonly project: Project;
  readonly profile: string;
  readonly filesystem: FilesystemPlan;
  readonly network: NetworkPlan;
  readonly environment: EnvironmentPlan;
  readonly limits: LimitsPlan;
  readonly container: ContainerPlan;
  /** Absent: nothing on this machine's loopback but the proxy. */
  readonly loopback?: LoopbackPlan;
  /** Absent: no toggle is on. */
  readonly seatbelt?: SeatbeltPlan;
  /** The command does not run unless its beginning can be recorded. */
  readonly recordRequired?: true;
}
