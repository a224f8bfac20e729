import type { ClientCommand } from "./client-release.ts";

/** Pairs of a folder and the place it is mounted on, until `--`. */
const MOUNT =
  'while [ "$1" != -- ]; do mkdir -p "$2" && mount --bind "$1" "$2" && shift 2 || exit 1; done; shift; exec "$@"';

/** True when this machine lets us give a client managed settings of its own. */
export function canMountManagedSettings(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

/**
 * Wraps a command in a mount namespace where `folder` is /etc/claude-code, and `runtime` is /opt/sandhook. Needs root.
 * The mounts are seen by nobody else; all that stays on the machine are empty folders at those two places, which
 * removing would unmount for others.
 */
export function mountManagedSettings(
  command: ClientCommand,
  folder: string,
  runtime?: string,
): ClientCommand {
  if (!canMountManagedSettings()) throw new Error("managed settings are tested on Linux as root only");
  const mounts = [folder, "/etc/claude-code", ...(runtime === undefined ? [] : [runtime, "/opt/sandhook"])];
  const script = ["/bin/sh", "-c", MOUNT, "managed-settings", ...mounts, "--"];
  return { file: "unshare", args: ["--mount", "--", ...script, command.file, ...command.args] };
}
