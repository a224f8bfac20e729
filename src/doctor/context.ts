import type { SettingsReader } from "../config/read-layers.ts";
import type { Site } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import type { ManagedPlace } from "../install/managed/place.ts";
import type { RunResult } from "../install/self-check.ts";
import type { Fact } from "./fact.ts";

/** What the checks look at. */
export interface DoctorContext {
  readonly host: Host;
  readonly site: Site;
  readonly reader: SettingsReader;
  /** The folder that a session would start in. */
  readonly project: HostPath;
  /** PATH of the caller: where his `claude` is. */
  readonly searchPath: string | undefined;
  /** Starts a program and waits for it; a program that is missing ends with 127. */
  readonly run: (file: string, args: readonly string[]) => Promise<RunResult>;
  /** Bytes that the user can still write where a folder is. */
  readonly freeBytes: (folder: HostPath) => Promise<number>;
  /** Where an installation for every user would be. */
  readonly managedPlace: ManagedPlace;
  readonly now: number;
}

export interface Check {
  readonly name: string;
  readonly find: (context: DoctorContext) => Promise<readonly Fact[]> | readonly Fact[];
}
