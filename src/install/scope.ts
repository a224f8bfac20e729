import { existsSync } from "node:fs";
import path from "node:path";
import { InstallError } from "../core/errors.ts";
import { type HostPath, hostPath, joinHost, parentOf } from "../core/paths.ts";

/** Whose settings file: the user's, the team's (committed), or the user's for one project (not committed). */
export type InstallScope = "user" | "project" | "local";

export const SCOPES: readonly InstallScope[] = ["user", "project", "local"];

/** The settings that an organisation gives every user of a machine; see managed/. */
export const MANAGED_SCOPE = "managed";
export type Scope = InstallScope | typeof MANAGED_SCOPE;

/** The facts an installation takes from the environment it was started in. */
export interface InstallEnvironment {
  readonly home: HostPath;
  /** CLAUDE_CONFIG_DIR, when set. */
  readonly claudeConfigDir: HostPath | undefined;
  readonly cwd: HostPath;
  /** The Node that runs now and shall run the hook. */
  readonly node: string;
}

export interface SettingsPlace {
  readonly file: HostPath;
  /** The project, when its files are not to be trusted with links that lead out of it. */
  readonly within: HostPath | undefined;
}

/**
 * Reads the scope a person typed.
 * @throws InstallError `install.scope`
 */
export function parseScope(text: string): Scope {
  const all: readonly Scope[] = [...SCOPES, MANAGED_SCOPE];
  const scope = all.find((known) => known === text);
  if (scope !== undefined) return scope;
  throw new InstallError({
    code: "install.scope",
    message: `there is no scope ${JSON.stringify(text)}`,
    hint: `Type one of: ${all.map((known) => `--scope ${known}`).join(", ")}`,
  });
}

/**
 * Reads HOME and CLAUDE_CONFIG_DIR, as Claude Code does.
 * @throws InstallError `install.no-home`, `install.config-dir`
 */
export function readEnvironment(
  variables: { readonly HOME?: string | undefined; readonly CLAUDE_CONFIG_DIR?: string | undefined },
  { cwd, node }: { readonly cwd: string; readonly node: string },
): InstallEnvironment {
  const { HOME: home = "", CLAUDE_CONFIG_DIR: config = "" } = variables;
  if (!path.isAbsolute(home)) {
    throw new InstallError({
      code: "install.no-home",
      message: `HOME is ${JSON.stringify(home)}, not an absolute path`,
      hint: "Set HOME to your home folder and run the command again.",
    });
  }
  if (config !== "" && !path.isAbsolute(config)) {
    throw new InstallError({
      code: "install.config-dir",
      message: `CLAUDE_CONFIG_DIR is ${JSON.stringify(config)}, not an absolute path`,
      hint: "Set it to an absolute path, or unset it, for Claude Code and for this command.",
    });
  }
  const claudeConfigDir = config === "" ? undefined : hostPath(config);
  return { home: hostPath(home), claudeConfigDir, cwd: hostPath(cwd), node };
}

/**
 * The settings file of a scope. The client reads a project's file from the folder it was started in, and the local one
 * from the root of the repository (since 2.1.211).
 * @throws InstallError `install.scope-is-home`
 */
export function locateSettings(scope: InstallScope, environment: InstallEnvironment): SettingsPlace {
  const { home, cwd, claudeConfigDir } = environment;
  const user = joinHost(claudeConfigDir ?? joinHost(home, ".claude"), "settings.json");
  if (scope === "user") return { file: user, within: undefined };
  const project = scope === "local" ? repositoryOf(cwd) : cwd;
  const name = scope === "local" ? "settings.local.json" : "settings.json";
  const file = joinHost(project, ".claude", name);
  if (file === user || project === home) {
    throw new InstallError({
      code: "install.scope-is-home",
      message: `${project} is your home folder, not a project`,
      hint: "Change to the project's folder, or type --scope user.",
    });
  }
  return { file, within: project };
}

function repositoryOf(folder: HostPath): HostPath {
  for (let at = folder; ; at = parentOf(at)) {
    if (existsSync(path.join(at, ".git"))) return at;
    if (at === "/") return folder;
  }
}
