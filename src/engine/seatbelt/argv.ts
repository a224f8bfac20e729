import { renderParameters } from "./parameters.ts";
import type { RenderedProfile } from "./render-profile.ts";

/** Part of macOS; a program of that name elsewhere in the search path is not asked. */
export const SANDBOX_EXEC = "/usr/bin/sandbox-exec";

/**
 * The command line up to the shell:
 * 1. the system's own sandbox-exec;
 * 2. the profile as a file, because a profile in the arguments meets the limit of their size;
 * 3. one `-D NAME=value` for each path; a value is an operand of its own and may hold any character but NUL.
 * @throws EngineError `seatbelt.too-many-paths`
 */
export function seatbeltArgv(profile: RenderedProfile, profileFile: string): readonly string[] {
  return [SANDBOX_EXEC, "-f", profileFile, ...renderParameters(profile.parameters)];
}
