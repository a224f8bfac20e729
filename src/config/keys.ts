import type { EngineName, SeatbeltToggle } from "../core/plan.ts";
import type { CommandRule, MountSetting } from "./schema.ts";

export type NetworkMode = "none" | "allowlist" | "open";

/** What commands can read: everything that is not hidden, or the project, the system and these folders. */
export type Reads = "host" | readonly string[];

/** The keys that have one value, by their dotted names; `workspace` and `reads` are written in profiles only. */
export interface ChoiceValues {
  readonly enabled: boolean;
  readonly mechanism: "auto" | "rewrite" | "gate";
  readonly engine: EngineName | "auto";
  readonly profile: string;
  readonly workspace: "write" | "read-only";
  readonly reads: Reads;
  readonly autoAllow: boolean;
  readonly unsandboxed: "deny" | "ask" | "allow";
  readonly tools: boolean;
  readonly "network.mode": NetworkMode;
  readonly "network.allowLocalhost": boolean | readonly number[];
  readonly "network.allowedPorts": readonly number[];
  readonly "network.parentProxy": string | undefined;
  readonly "network.proxyCommand": readonly string[] | undefined;
  readonly "container.image": string | undefined;
  readonly "container.dockerfile": string | undefined;
  readonly "container.command": string | undefined;
  readonly "container.host": string | undefined;
  readonly "container.runtime": string | undefined;
  readonly "container.startup": string | undefined;
  readonly "container.idleSeconds": number | undefined;
  /** Bytes. */
  readonly "container.memory": number | undefined;
  readonly "container.cpus": number | undefined;
  readonly "container.pids": number | undefined;
  /** Bytes. */
  readonly "container.disk": number | undefined;
  readonly "seatbelt.profile": string | undefined;
  readonly "audit.required": boolean;
  readonly "audit.commands": "text" | "hash";
  /** Bytes. */
  readonly "audit.maxBytes": number;
}

/** A name and its value, of a key that holds an object. */
export interface Pair {
  readonly name: string;
  readonly value: string;
}

/** The keys whose values are lists; objects of names and values count as lists of pairs. */
export interface ListValues {
  readonly "filesystem.allowWrite": string;
  readonly "filesystem.denyWrite": string;
  readonly "filesystem.denyRead": string;
  readonly "filesystem.allowRead": string;
  readonly "network.allowedDomains": string;
  readonly "network.deniedDomains": string;
  readonly "network.presets": string;
  readonly "env.pass": string;
  readonly "env.deny": string;
  readonly "env.set": Pair;
  readonly "container.mounts": MountSetting;
  readonly "container.ports": string;
  readonly "container.caches": string;
  readonly "container.flags": string;
  readonly "container.allowFlags": string;
  readonly "container.separate": string;
  readonly "container.env": Pair;
  /** The value is `soft:hard`. */
  readonly "container.ulimits": Pair;
  readonly "seatbelt.toggles": SeatbeltToggle;
  readonly excludedCommands: string;
  readonly commands: CommandRule;
}
