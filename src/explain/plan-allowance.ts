import type { Config } from "../config/resolve.ts";
import { renderSource } from "../config/source.ts";
import { InputError, PolicyError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside } from "../core/paths.ts";
import type { ListPlace } from "../install/edit-list.ts";
import { expandPath } from "../policy/expand-pattern.ts";
import { isSettings } from "../policy/protected-paths.ts";
import { realAsFarAsPossible, readWrittenPaths } from "../policy/written-paths.ts";

export const ALLOWANCES = ["write", "read", "network", "preset", "env"] as const;

export type AllowanceKind = (typeof ALLOWANCES)[number];

/** One entry to add to one list of the user's settings. */
export interface Allowance {
  readonly kind: AllowanceKind;
  readonly place: ListPlace;
  readonly entry: string;
}

const PLACES: Readonly<Record<AllowanceKind, ListPlace>> = {
  write: ["sandhook", "filesystem", "allowWrite"],
  read: ["sandhook", "filesystem", "allowRead"],
  network: ["sandhook", "network", "allowedDomains"],
  preset: ["sandhook", "network", "presets"],
  env: ["sandhook", "env", "pass"],
};

function invalid(message: string, hint: string): never {
  throw new InputError({ code: "allow.invalid", message, hint });
}

/** How people write a path: from the project in its own files, which others use elsewhere; from the home folder; or whole. */
function spell(path: HostPath, host: Host, within: HostPath | undefined): string {
  if (within !== undefined && path !== within && isInside(path, within))
    return `.${path.slice(within.length)}`;
  return isInside(path, host.home) ? `~${path.slice(host.home.length)}` : path;
}

function planPath(
  kind: "write" | "read",
  text: string,
  host: Host,
  { cwd, within }: { readonly cwd: HostPath; readonly within?: HostPath | undefined },
): string {
  const written = text === "~" || text.startsWith("~/") ? `${host.home}${text.slice(1)}` : text;
  const path = written.startsWith("/") ? hostPath(written) : hostPath(`${cwd}/${written}`);
  if (host.inspect(path) === undefined)
    invalid(
      `${path} does not exist, and only what exists can be opened`,
      "Make it first, or correct the path.",
    );
  const real = realAsFarAsPossible(host, path);
  if (isInside(host.home, real))
    invalid(
      `${path} holds the whole home folder, with every secret in it`,
      "Name the folder that is needed.",
    );
  if (kind === "write" && isSettings(host, real)) {
    throw new PolicyError({
      code: "allow.settings",
      message: `${path} decides what Claude Code or sandhook runs later; no setting opens it to commands`,
      hint: "Change it yourself, outside of a sandboxed command.",
    });
  }
  return spell(path, host, within);
}

/**
 * The smallest change that grants what is asked for. `within`: the project whose own file it is written to.
 * @throws InputError `allow.invalid`, PolicyError `allow.settings`
 */
export function planAllowance(
  kind: AllowanceKind,
  value: string,
  host: Host,
  where: { readonly cwd: HostPath; readonly within?: HostPath | undefined },
): Allowance {
  const place = PLACES[kind];
  switch (kind) {
    case "write":
    case "read":
      return { kind, place, entry: planPath(kind, value, host, where) };
    case "network":
      if (!/^(\*\.)?[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(value))
        invalid(
          `${JSON.stringify(value)} is no host`,
          "Write a host, e.g. example.org, *.example.org or host:port.",
        );
      return { kind, place, entry: value.toLowerCase() };
    case "env":
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(value))
        invalid(`${JSON.stringify(value)} is no name of a variable`, "Write one name, e.g. GITHUB_TOKEN.");
      return { kind, place, entry: value };
    case "preset":
      return { kind, place, entry: value };
  }
}

const KEYS = {
  write: "filesystem.allowWrite",
  read: "filesystem.allowRead",
  network: "network.allowedDomains",
  preset: "network.presets",
  env: "env.pass",
} as const;

/** Why the entry would not count although it is written; undefined when it will. `config` is what results from it. */
function obstacle(
  { kind, entry }: Allowance,
  config: Config,
  host: Host,
  root: HostPath,
): string | undefined {
  const key = KEYS[kind];
  const listed: readonly { readonly value: string }[] = config[key];
  const shut = config.ignored.find((ignored) => ignored.key === key);
  if (!listed.some(({ value }) => value === entry)) {
    const closed =
      listed.length > 0 || shut !== undefined ? "managed settings decide the whole list" : "it is set aside";
    return `${closed}, so that sandhook.${key} of yours does not count`;
  }
  if (kind === "network" || kind === "preset") {
    const { value, source } = config["network.mode"];
    return value === "allowlist" ? undefined : `the network is ${value} by ${renderSource(source)}`;
  }
  if (kind === "env") {
    const denied = config["env.deny"].find(({ value }) => value === entry);
    return denied && `${renderSource(denied.source)} denies it`;
  }
  const path = realAsFarAsPossible(host, expandPath(entry, host.home, root));
  const { writable, exposed } = readWrittenPaths(host, config, root);
  return (kind === "write" ? writable : exposed).includes(path) ? undefined : "a denial covers the path";
}

/**
 * Makes sure that the change has the wanted effect before it is made.
 * @throws PolicyError `allow.ceiling`
 */
export function requireEffect(allowance: Allowance, config: Config, host: Host, root: HostPath): void {
  const reason = obstacle(allowance, config, host, root);
  if (reason === undefined) return;
  throw new PolicyError({
    code: "allow.ceiling",
    message: `writing ${JSON.stringify(allowance.entry)} to ${allowance.place.join(".")} would change nothing: ${reason}`,
    hint: "Ask whoever manages that file, or change it there. To see every setting: sandhook explain -- true",
  });
}
