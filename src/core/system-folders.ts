/** Folders of the system that a plan with `reads: "listed"` still sees: programs, libraries, and their settings. */
export const SYSTEM_FOLDERS: readonly string[] = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/etc",
  "/opt",
  "/nix",
  "/gnu",
  "/sys",
];
