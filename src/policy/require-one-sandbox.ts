import type { HostPath } from "../core/paths.ts";
import { PolicyError } from "../core/errors.ts";

/**
 * Claude Code's own sandbox would be around the runner: no job could be claimed in there, no namespace made, no
 * container engine reached. Said before it is tried.
 * @throws PolicyError `native.double`
 */
export function requireOneSandbox(nativeSandbox: HostPath | undefined): void {
  if (nativeSandbox === undefined) return;
  throw new PolicyError({
    code: "native.double",
    message: `${nativeSandbox} switches Claude Code's own sandbox on, and sandhook's does not start inside of it`,
    hint: `Set sandbox.enabled to false in ${nativeSandbox} and start a new session; or, to use that sandbox alone, set sandhook.enabled to false in your user settings.`,
  });
}
