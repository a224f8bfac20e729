/**
 * Every operation that changes a file or gives it a second name. The wildcard is followed by each operation it stands
 * for, because macOS lets a rule on a named operation win over a later rule on its wildcard.
 */
export const WRITE_OPERATIONS: readonly string[] = [
  "file-write*",
  "file-write-acl",
  "file-write-create",
  "file-write-data",
  "file-write-flags",
  "file-write-mode",
  "file-write-owner",
  "file-write-setugid",
  "file-write-times",
  "file-write-unlink",
  "file-write-xattr",
  "file-link",
  "file-clone",
];

/** Every operation that shows the content of a file or the names in a folder. Metadata is a rule of its own. */
export const CONTENT_OPERATIONS: readonly string[] = [
  "file-read-data",
  "file-read-xattr",
  "file-map-executable",
  "file-link",
  "file-clone",
];

/** Taking a name away and putting one in its place: what a rename does at its two ends. */
export const RENAME_OPERATIONS: readonly string[] = ["file-write-unlink", "file-write-create"];

/** What a custom profile may allow or deny. All of the file operations here are taken back by the final denies. */
export const CUSTOM_OPERATIONS: ReadonlySet<string> = new Set([
  ...WRITE_OPERATIONS,
  ...CONTENT_OPERATIONS,
  "file-ioctl",
  "file-read*",
  "file-read-metadata",
  "iokit-get-properties",
  "iokit-open",
  "ipc-posix-sem",
  "ipc-posix-shm*",
  "ipc-posix-shm-read-data",
  "ipc-posix-shm-write-create",
  "ipc-posix-shm-write-data",
  "mach-lookup",
  "mach-register",
  "process-exec",
  "process-info*",
  "pseudo-tty",
  "signal",
  "sysctl-read",
  "user-preference-read",
]);

/** Filters with string operands. */
export const STRING_FILTERS: ReadonlySet<string> = new Set([
  "global-name",
  "global-name-prefix",
  "global-name-regex",
  "iokit-registry-entry-class",
  "iokit-user-client-class",
  "ipc-posix-name",
  "ipc-posix-name-prefix",
  "literal",
  "local-name",
  "path-literal",
  "path-regex",
  "preference-domain",
  "prefix",
  "regex",
  "subpath",
  "sysctl-name",
  "sysctl-name-prefix",
  "xpc-service-name",
  "xpc-service-name-prefix",
]);

/** Filters whose operand is a symbol or a number. */
export const SYMBOL_FILTERS: ReadonlySet<string> = new Set(["target", "vnode-type"]);

export const COMBINATORS: ReadonlySet<string> = new Set(["require-all", "require-any", "require-not"]);
