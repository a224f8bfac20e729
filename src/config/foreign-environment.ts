import type { HostPath } from "../core/paths.ts";
import { isForeign } from "./opinions.ts";
import type { Layer } from "./read-layers.ts";

/**
 * The first project or local file whose `env` sets variables: Claude Code hands them to every command, so that they
 * decide which program a name means.
 */
export function findForeignEnvironment(layers: readonly Layer[]): HostPath | undefined {
  return layers.find(({ scope, settings }) => isForeign(scope) && setsVariables(settings["env"]))?.file;
}

function setsVariables(env: unknown): boolean {
  return typeof env === "object" && env !== null && Object.keys(env).length > 0;
}
