import type { ClientCommand } from "./client-release.ts";

/** Pairs of a folder and the place it is mounted on, until `--`; for `full-disk` a file system without room. */
const MOUNT = [
  "set -e",
  'while [ "$1" != -- ]; do mkdir -p "$2"',
  'case $1 in full-disk) mount -t tmpfs -o size=4k none "$2"; echo full > "$2/.full" ;; *) mount --bind "$1" "$2" ;; esac',
  "shift 2; done",
  'shift; exec "$@"',
].join("\n");

/** True when this machine lets us give a client managed settings of its own. */
export function canMountManagedSettings(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

/** What a command is to see at a place: a folder of the test's, or a disk that is full. */
export interface Mount {
  readonly source: string | { readonly kind: "full-disk" };
  readonly place: string;
}

/**
 * Wraps a command in a mount namespace of its own. Needs root. The mounts are seen by nobody else; all that stays on the
 * machine are empty folders at places that were not there, which removing would unmount for others.
 */
export function withMounts({ file, args }: ClientCommand, mounts: readonly Mount[]): ClientCommand {
  if (mounts.length === 0) return { file, args };
  if (!canMountManagedSettings()) throw new Error("mounts are tested on Linux as root only");
  const pairs = mounts.flatMap(({ source, place }) => [
    typeof source === "string" ? source : source.kind,
    place,
  ]);
  const script = ["/bin/sh", "-c", MOUNT, "with-mounts", ...pairs, "--"];
  return { file: "unshare", args: ["--mount", "--", ...script, file, ...args] };
}
