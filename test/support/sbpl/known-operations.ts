/**
 * Operations that occur in the profiles Apple ships with macOS 26, or, where marked, in the published list of earlier
 * releases. An operation that does not exist makes sandbox-exec refuse the whole profile.
 */
export const KNOWN_OPERATIONS: ReadonlySet<string> = new Set(
  `appleevent-send authorization-right-obtain default distributed-notification-post
  file* file-clone file-ioctl file-issue-extension file-link file-map-executable file-mknod file-mount
  file-read* file-read-data file-read-metadata file-read-xattr file-revoke file-search file-test-existence
  file-write* file-write-acl file-write-create file-write-data file-write-flags file-write-mode file-write-owner
  file-write-setugid file-write-times file-write-unlink file-write-xattr
  iokit-get-properties iokit-open iokit-set-properties
  ipc-posix* ipc-posix-sem ipc-posix-shm ipc-posix-shm* ipc-posix-shm-read-data ipc-posix-shm-write-create
  ipc-posix-shm-write-data ipc-posix-shm-write-unlink
  job-creation lsopen mach-bootstrap mach-host* mach-lookup mach-priv-task-port mach-register mach-task-name
  network* network-bind network-inbound network-outbound
  process-exec process-exec* process-fork process-info* pseudo-tty signal
  sysctl-read sysctl-write system-socket user-preference-read user-preference-write`.split(/\s+/),
);

/** Wildcards by the start of what they stand for, narrowest first. */
export function wildcardsOf(operation: string): readonly string[] {
  const found: string[] = [];
  for (let at = operation.length; at > 0; at = operation.lastIndexOf("-", at - 1)) {
    const wildcard = `${operation.slice(0, at)}*`;
    if (wildcard !== operation) found.push(wildcard);
  }
  return [...found, "default"];
}
