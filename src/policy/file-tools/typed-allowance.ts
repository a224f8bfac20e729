import { type HostPath, isInside } from "../../core/paths.ts";
import type { ToolObjection } from "../../core/tool-use.ts";
import { isSettings } from "../protected-paths.ts";
import type { AccessRequest } from "./access-map.ts";

/** `~/x` for what lies in the home folder: how people write it, also in settings. */
export function shorten(place: string, { host }: AccessRequest): string {
  if (place === host.home) return "~";
  return isInside(place, host.home) ? `~${place.slice(host.home.length)}` : place;
}

/** What a person types to open a path; nothing for what `sandhook allow` would refuse. */
export function typed(
  kind: "read" | "write",
  path: HostPath,
  request: AccessRequest,
): Pick<ToolObjection, "allow"> {
  const { host } = request;
  const opens = host.inspect(path) !== undefined && !isInside(host.home, path) && !isSettings(host, path);
  return opens ? { allow: [kind, shorten(path, request)] } : {};
}
