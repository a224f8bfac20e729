import type { Site } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";

/**
 * Where the product lives. State and temp folders depend on HOME alone: a repository's settings can set XDG
 * variables, but not HOME.
 */
export function locateSite(host: Host, libexec: HostPath): Site {
  return {
    libexec,
    profiles: joinHost(libexec, "..", "profiles"),
    state: joinHost(host.home, ".local/share/sandhook"),
    temporary: joinHost(host.home, ".cache/sandhook/tmp"),
  };
}
