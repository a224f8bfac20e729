import { findForeignEnvironment } from "../config/foreign-environment.ts";
import { locateLayers } from "../config/layers.ts";
import type { AppliedRule } from "../config/opinions.ts";
import { type PermissionEntries, readPermissionEntries } from "../config/permission-entries.ts";
import { profileFiles } from "../config/profile-files.ts";
import {
  type Layer,
  launcherLayers,
  type LauncherOptions,
  readLayers,
  type SettingsReader,
} from "../config/read-layers.ts";
import { findNativeSandbox } from "../config/native-sandbox.ts";
import { type GateState, gateState } from "../config/protection.ts";
import { type Config, resolveConfig } from "../config/resolve.ts";
import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import type { Project } from "../core/plan.ts";
import { identifyProject, namePlace } from "./identify-project.ts";
import type { LinePatterns } from "./permission/line-patterns.ts";
import { routeCommand } from "./route-command.ts";
import { isTrusted } from "./trust.ts";

export interface ProjectOptions {
  readonly launcher?: LauncherOptions | undefined;
  /** The session is in plan mode: the workspace is read-only. */
  readonly planMode?: boolean;
  /** The command that the rules of `commands` are asked about; absent: none of them applies. */
  readonly command?: { readonly text: string; readonly patterns: LinePatterns };
}

export interface ResolvedProject {
  readonly project: Project;
  readonly config: Config;
  readonly rules: PermissionEntries;
  /** The rules of `commands` that made the configuration what it is. */
  readonly routes: readonly AppliedRule[];
  /** The first project file that sets environment variables without being trusted. */
  readonly foreignEnvironment: HostPath | undefined;
  /** The file that switches Claude Code's own sandbox on. */
  readonly nativeSandbox: HostPath | undefined;
  /** What the settings make of the shell gate. */
  readonly gate: GateState;
}

/**
 * The project of a folder and every settings file that speaks about it, strongest first.
 * @throws SandboxError of reading settings, PolicyError `project.*`
 */
export function readProject(
  host: Host,
  folder: HostPath,
  reader: SettingsReader,
  launcher?: LauncherOptions,
): { readonly project: Project; readonly layers: readonly Layer[] } {
  const project = identifyProject(host, folder);
  const files = readLayers(host, locateLayers(host, project.root), reader);
  return { project, layers: launcher === undefined ? files : [...files, ...launcherLayers(launcher)] };
}

/**
 * The project and its configuration, for one command or for none: the first two questions of every command, also of the
 * CLI.
 * @throws SandboxError of reading and resolving settings, PolicyError `project.*`, `commands.conflict`
 */
export function resolveProject(
  host: Host,
  folder: HostPath,
  reader: SettingsReader,
  { launcher, planMode = false, command }: ProjectOptions = {},
): ResolvedProject {
  const { project, layers } = readProject(host, folder, reader, launcher);
  const trusted = isTrusted(host, project, layers);
  const options = { planMode, trusted, profileFile: profileFiles(host, reader) };
  const general = resolveConfig(layers, options);
  const { commands } = general;
  const routes =
    command === undefined || commands.length === 0
      ? []
      : routeCommand({ rules: commands, trusted, command: command.text, patterns: command.patterns });
  return {
    project:
      planMode || routes.length > 0
        ? { ...project, place: namePlace(host, project, [planMode, routes]) }
        : project,
    config: routes.length === 0 ? general : resolveConfig(layers, { ...options, rules: routes }),
    rules: readPermissionEntries(layers),
    routes,
    foreignEnvironment: trusted ? undefined : findForeignEnvironment(layers),
    nativeSandbox: findNativeSandbox(layers),
    gate: gateState(layers),
  };
}
