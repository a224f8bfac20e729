import { existsSync, readFileSync } from "node:fs";

/**
 * Whether `up` may change this machine: { kind: "ours" } or { kind: "hands-off", reason }. Packages and daemons are
 * a root matter on Debian and its children; anywhere else the machine is left as it is.
 */
export function probeHost({
  platform = process.platform,
  uid = process.getuid?.(),
  osRelease = readOsRelease(),
} = {}) {
  if (platform !== "linux") return { kind: "hands-off", reason: `nothing is installed on ${platform}` };
  if (!/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease)) {
    return { kind: "hands-off", reason: "nothing is installed: not a Debian or Ubuntu system" };
  }
  if (uid !== 0) return { kind: "hands-off", reason: "nothing is installed: not root (run it with sudo)" };
  return { kind: "ours" };
}

function readOsRelease() {
  return existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
}
