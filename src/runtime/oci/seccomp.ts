import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { EngineError } from "../../core/errors.ts";

/** Where podman keeps its profile, strongest first: containers-common(5). */
const PROFILES = ["/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json"];

/** The kernel's keys belong to the user and not to a container. docker denies these calls, podman allows some. */
const KEY_CALLS: readonly string[] = ["add_key", "keyctl", "request_key"];

interface Profile {
  readonly syscalls: readonly { readonly names: readonly string[]; readonly action: string }[];
}

/** The same profile, with the calls denied that lead to the user's keys: what no rule allows is denied. */
export function withoutKeyCalls(text: string): string {
  const profile = JSON.parse(text) as Profile;
  const syscalls = profile.syscalls.map((rule) => ({
    ...rule,
    names:
      rule.action === "SCMP_ACT_ALLOW" ? rule.names.filter((name) => !KEY_CALLS.includes(name)) : rule.names,
  }));
  return JSON.stringify({ ...profile, syscalls: syscalls.filter(({ names }) => names.length > 0) });
}

/**
 * Writes the system call filter of a container whose engine's own one lets it use the user's keys. Gives its path, or
 * undefined to leave the engine's own: docker, or a podman whose profile is compiled in.
 * @throws EngineError `container.seccomp`
 */
export function writeSeccomp(spec: ContainerSpec): string | undefined {
  const own = spec.engine === "podman" ? PROFILES.find((file) => existsSync(file)) : undefined;
  if (own === undefined) return undefined;
  const file = path.join(spec.folder, "seccomp.json");
  try {
    writeFileSync(file, withoutKeyCalls(readFileSync(own, "utf8")), { mode: 0o600 });
  } catch (cause) {
    throw new EngineError({
      code: "container.seccomp",
      message: `podman's system call filter ${own} could not be read and tightened`,
      hint: "Check that it is JSON and can be read; the package golang-github-containers-common brings it.",
      cause,
    });
  }
  return file;
}
