import { EngineError } from "../../core/errors.ts";
import { type ContainerSpec, INSIDE, type SpecLimits, type SpecMount } from "./container-spec.ts";

/** What only the machine that creates the container knows. */
export interface CreateFacts {
  /** The image's id, so that a tag that moves meanwhile changes nothing. */
  readonly image: string;
  readonly digest: string;
  /** What runs the forwarder to the proxy inside; needed by a container with a door. */
  readonly forwarder?: Forwarder;
}

/** A program of the host that runs in any image, because its loader and libraries come along. */
export interface Forwarder {
  /** The words that start it inside. */
  readonly words: readonly string[];
  readonly files: readonly { readonly source: string; readonly target: string }[];
}

/** One field of a CSV record, as encoding/csv of the clients reads it. */
function csvField(text: string): string {
  return /[",\n\r]/.test(text) || /^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The value of `--mount`. `-v` cannot name a path with a colon, this form can name nearly any.
 * @throws EngineError `mount.unusable-path`: the clients trim outer spaces and lose carriage returns.
 */
export function renderMount(fields: readonly (readonly [string, string] | readonly [string])[]): string {
  for (const [, value] of fields) {
    if (value === undefined || (!value.includes("\r") && value.trim() === value)) continue;
    throw new EngineError({
      code: "mount.unusable-path",
      message: `${JSON.stringify(value)} ends in white space or holds a carriage return, and no container can mount such a path`,
      hint: "Rename that folder or file, or choose the engine bubblewrap.",
    });
  }
  return fields.map((field) => csvField(field.join("="))).join(",");
}

/** Read-only mounts take no submounts along: those would stay writable. */
function bind({ source, target, readOnly }: Pick<SpecMount, "source" | "target" | "readOnly">): string[] {
  const flags: [string][] = readOnly ? [["readonly"]] : [];
  const recursion: [string, string][] = readOnly ? [["bind-nonrecursive", "true"]] : [];
  const paths: [string, string][] = [
    ["type", "bind"],
    ["source", source],
    ["target", target],
  ];
  return ["--mount", renderMount([...paths, ...flags, ...recursion])];
}

function volume(name: string, target: string): string[] {
  return [
    "--mount",
    renderMount([
      ["type", "volume"],
      ["source", name],
      ["target", target],
    ]),
  ];
}

function renderLimits({ pids, memoryBytes, cpus, ulimits = [] }: SpecLimits): string[] {
  return [
    ...(pids === undefined ? [] : ["--pids-limit", pids.toString()]),
    // Swap counts as memory: without the second option a command gets the same amount again from swap.
    ...(memoryBytes === undefined
      ? []
      : ["--memory", memoryBytes.toString(), "--memory-swap", memoryBytes.toString()]),
    ...(cpus === undefined ? [] : ["--cpus", cpus.toString()]),
    ...ulimits.flatMap((limit) => ["--ulimit", limit]),
  ];
}

/** What every container of ours gets, the short-lived one that prepares the home folder too. */
export function hardening(spec: ContainerSpec): string[] {
  return [
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    // The engines' own filters differ, and let calls through that ours does not.
    ...["--security-opt", `seccomp=${spec.seccomp}`],
    // SELinux would need every file of the project relabelled; the other walls stand without it.
    ...["--security-opt", "label=disable"],
    ...["--read-only", "--ipc", "private"],
    ...(spec.runtime === undefined ? [] : ["--runtime", spec.runtime]),
    ...spec.userFlags,
  ];
}

/** The proxy's socket, and the program that leads a port of the container's loopback to it. */
function renderDoor(door: string | undefined, forwarder: Forwarder | undefined): string[] {
  if (door === undefined) return [];
  const files = forwarder?.files ?? [];
  return [{ source: door, target: `${INSIDE}/door` }, ...files].flatMap((file) =>
    bind({ ...file, readOnly: true }),
  );
}

/**
 * The arguments that create a project's container, after the client's own words:
 *  1. names and labels, by which the container and its policy are found again; the init of ours stops at once.
 *  2. hardening: no capability, no gain by set-user-id programs, a root file system that stays as it is.
 *  3. the user's own ids, so that files in the project belong to the user.
 *  4. network, ports and limits.
 *  5. the home volume and shared caches, then `/tmp`, then our own parts: the engines mount outer targets first,
 *     whatever the order here.
 *  6. the plan's mounts, outermost first, because that is the order in which they win; then folders of the container's own.
 *  7. environment, then what the user's own settings add; nothing of the caller's environment.
 *  8. the image, whose own entry point is set aside, and our init with its idle time in seconds, then what it keeps running.
 */
export function createArguments(spec: ContainerSpec, facts: CreateFacts): string[] {
  const ours = (name: string, readOnly: boolean): string[] =>
    bind({ source: `${spec.folder}/${name}`, target: `${INSIDE}/${name}`, readOnly });
  const identity = (name: string): string[] =>
    bind({ source: `${spec.folder}/config/${name}`, target: `/etc/${name}`, readOnly: true });
  const labels = { name: spec.name, digest: facts.digest, project: spec.project, folder: spec.folder };
  return [
    ...["create", "--name", spec.name, "--hostname", "sandhook", "--stop-timeout", "2"],
    ...Object.entries(labels).flatMap(([name, value]) => ["--label", `sandhook.${name}=${value}`]),
    ...hardening(spec),
    ...["--user", `${spec.user.uid}:${spec.user.gid}`],
    ...["--network", spec.network, ...spec.ports.flatMap((port) => ["--publish", port])],
    ...renderLimits(spec.limits),
    ...volume(spec.home.volume, spec.home.path),
    ...spec.volumes.flatMap(({ name, target }) => volume(name, target)),
    ...["--tmpfs", "/var/tmp:rw,exec,nosuid,nodev,mode=1777"],
    ...bind({ source: spec.temporary, target: "/tmp", readOnly: false }),
    ...bind({ source: spec.scripts, target: `${INSIDE}/bin`, readOnly: true }),
    ...[...ours("inbox", true), ...ours("outbox", false), ...ours("config", true)],
    ...renderDoor(spec.door, facts.forwarder),
    ...[...identity("passwd"), ...identity("group")],
    ...spec.mounts.flatMap(bind),
    ...spec.separate.flatMap(({ name, target }) => volume(name, target)),
    ...bind({ source: spec.temporary, target: spec.temporary, readOnly: false }),
    ...Object.entries(spec.environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...spec.flags,
    ...["--workdir", "/", "--entrypoint", "/bin/sh", facts.image],
    ...[`${INSIDE}/bin/init`, spec.idleSeconds.toString(), ...(facts.forwarder?.words ?? [])],
  ];
}
