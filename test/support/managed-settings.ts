import type { ClientCommand } from "./client-release.ts";

const MOUNT = 'mkdir -p /etc/claude-code && mount --bind "$1" /etc/claude-code && shift && exec "$@"';

/** True when this machine lets us give a client managed settings of its own. */
export function canMountManagedSettings(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

/**
 * Wraps a command in a mount namespace where `folder` is /etc/claude-code. Needs root. The mount is seen by nobody
 * else; all that stays on the machine is the empty folder /etc/claude-code, which removing would unmount for others.
 */
export function mountManagedSettings(command: ClientCommand, folder: string): ClientCommand {
  if (!canMountManagedSettings()) throw new Error("managed settings are tested on Linux as root only");
  const script = ["/bin/sh", "-c", MOUNT, "managed-settings", folder];
  return { file: "unshare", args: ["--mount", "--", ...script, command.file, ...command.args] };
}
