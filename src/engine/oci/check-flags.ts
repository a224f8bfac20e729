import { PolicyError } from "../../core/errors.ts";

/** Flags that give a container nothing of the host, each with a value after `=`. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["add-host", "dns", "dns-search", "dns-option", "mac-address", "ip", "ip6", "domainname"],
  ...["annotation", "cpu-shares", "cpuset-cpus", "cpuset-mems", "blkio-weight", "memory-reservation"],
  ...["memory-swappiness", "shm-size", "stop-signal", "platform", "pull", "log-opt"],
]);

/** What the product itself sets; nobody can allow another value. */
const OURS: ReadonlySet<string> = new Set([
  ...["name", "label", "label-file", "entrypoint", "workdir", "user", "init", "rm", "cidfile", "pidfile"],
  ...["restart", "read-only", "interactive", "tty", "detach", "attach", "stop-timeout", "hostname", "help"],
  ...["memory-swap", "volumes-from", "env-file", "pod", "rootfs", "log-driver"],
]);

/** Flags that have a key of their own, which is checked. */
const KEYS: Readonly<Record<string, string>> = {
  volume: "mounts",
  mount: "mounts",
  publish: "ports",
  "publish-all": "ports",
  expose: "ports",
  env: "env",
  memory: "memory",
  cpus: "cpus",
  "pids-limit": "pids",
  ulimit: "ulimits",
  runtime: "runtime",
};

function refuse(flag: string, why: string, hint: string): never {
  throw new PolicyError({
    code: "container.flag",
    message: `the flag ${JSON.stringify(flag)} of sandhook.container.flags ${why}`,
    hint,
  });
}

function checkFlag(flag: string, allowed: readonly string[]): void {
  const [, name = "", value] = /^--([a-z][a-z0-9-]*)(=[^]*)?$/.exec(flag) ?? [];
  if (name === "") refuse(flag, "is not one flag", "Write each flag as --name=value or --name.");
  if (OURS.has(name)) refuse(flag, "is decided by sandhook itself", "Remove it.");
  const key = KEYS[name];
  if (key !== undefined) refuse(flag, "has a key of its own", `Use sandhook.container.${key}.`);
  if (HARMLESS.has(name)) {
    if (value !== undefined) return;
    refuse(flag, "has no value", `Write --${name}=value.`);
  }
  if (allowed.includes(`--${name}`) || allowed.includes(flag)) return;
  refuse(
    flag,
    "can open the sandbox",
    `Remove it; or, if you must, add ${JSON.stringify(flag)} to sandhook.container.allowFlags in your user or managed settings.`,
  );
}

/**
 * Passes only flags that are known to be harmless, and those that the user allows by name (`--device`, or one exact
 * flag as `--device=/dev/kvm`). An unknown flag is a dangerous one.
 * @throws PolicyError `container.flag`
 */
export function checkFlags(flags: readonly string[], allowed: readonly string[]): void {
  for (const flag of flags) checkFlag(flag, allowed);
}
