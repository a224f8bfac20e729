import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { type ContainerSpec, SPEC_FORMAT } from "../../engine/oci/container-spec.ts";
import { EngineError, isSandboxError, renderFailure } from "../../core/errors.ts";
import { parseListening, portsOf } from "../status/listening.ts";
import { type Client, openClient } from "./client.ts";
import { findContainer } from "./container.ts";
import { sweepPlaceholders } from "./placeholders.ts";
import { requireReachable } from "./reach.ts";
import { readState, removeState } from "./state.ts";

/** A project's container as `sandhook status` shows it. */
export interface ContainerStatus {
  readonly spec: ContainerSpec;
  readonly running: boolean;
  /** Id, or undefined when there is no container now. */
  readonly container: string | undefined;
  /** Command lines of what runs inside besides our init, background processes of finished calls included. */
  readonly processes: readonly string[];
  /** TCP ports that something inside listens on. */
  readonly listening: readonly number[];
  /** Why the engine could not be asked. */
  readonly problem?: string;
}

/** The specification that a container was last made from, or undefined. */
export function readSpec(folder: string): ContainerSpec | undefined {
  try {
    const spec = JSON.parse(readFileSync(path.join(folder, "spec"), "utf8")) as ContainerSpec;
    return spec.format === SPEC_FORMAT ? spec : undefined;
  } catch {
    return undefined; // Nothing was made there.
  }
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Every container of this account that was made and not removed, running or not. `state` is the site's state folder. */
export function listSpecs(state: string): ContainerSpec[] {
  const root = path.join(state, "containers");
  return names(root)
    .flatMap((engine) => names(path.join(root, engine)).map((key) => path.join(root, engine, key)))
    .flatMap((folder) => readSpec(folder) ?? []);
}

async function readListening(client: Client, id: string): Promise<readonly number[]> {
  const tables = await client.run(["exec", id, "cat", "/proc/net/tcp", "/proc/net/tcp6"]);
  return portsOf(parseListening(tables.stdout));
}

/** What runs in a project's container, or why nobody can tell. */
export async function readStatus(spec: ContainerSpec): Promise<ContainerStatus> {
  try {
    return await askStatus(spec);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const problem = renderFailure(error);
    return { spec, running: false, container: undefined, processes: [], listening: [], problem };
  }
}

async function askStatus(spec: ContainerSpec): Promise<ContainerStatus> {
  const client = openClient(spec);
  const found = await findContainer(client, spec.name);
  if (found === undefined) await requireReachable(spec);
  if (found?.running !== true)
    return { spec, running: false, container: found?.id, processes: [], listening: [] };
  const top = await client.run([
    "top",
    found.id,
    ...(spec.engine === "podman" ? ["args"] : ["-o", "pid,args"]),
  ]);
  const lines = top.stdout.split("\n").slice(1);
  const processes = lines
    .map((line) => line.trim().replace(spec.engine === "podman" ? "" : /^\d+\s+/, ""))
    .filter((line) => line !== "" && !/run\/sandhook\/bin\/(init|forward)|^sleep 10$/.test(line));
  return {
    spec,
    running: true,
    container: found.id,
    processes,
    listening: await readListening(client, found.id),
  };
}

/**
 * Tidies up after a container that has ended by itself; does nothing to one that runs. The caller holds the folder's lock.
 */
export async function retireContainer(spec: ContainerSpec, id: string): Promise<void> {
  const client = openClient(spec);
  const found = await findContainer(client, id);
  if (found?.running === true) return;
  if (found !== undefined) await client.run(["rm", "--force", id]);
  if (readState(spec.folder)?.container !== id) return; // Another one has taken its place.
  removeState(spec.folder);
  await sweepPlaceholders(spec);
}

/**
 * Ends a project's container with everything in it; the home volume stays. Idempotent.
 * @throws EngineError `container.not-removed`, and why the engine does not answer
 */
export async function stopContainer(spec: ContainerSpec): Promise<void> {
  const client = openClient(spec);
  removeState(spec.folder);
  const removed = await client.run(["rm", "--force", spec.name]);
  if (!removed.ok && (await findContainer(client, spec.name)) !== undefined) {
    throw new EngineError({
      code: "container.not-removed",
      message: `the container ${spec.name} could not be removed (${removed.reason})`,
      hint: `Try: ${client.words.join(" ")} rm --force ${spec.name}`,
    });
  }
  if (!removed.ok) await requireReachable(spec);
  await sweepPlaceholders(spec);
}

/** As `stopContainer`, and the home volume and our own folder go too. */
export async function removeContainer(spec: ContainerSpec): Promise<void> {
  await stopContainer(spec);
  for (const name of [spec.home.volume, ...spec.separate.map((volume) => volume.name)])
    await openClient(spec).run(["volume", "rm", "--force", name]);
  rmSync(spec.folder, { recursive: true, force: true });
}

/** Removes the containers and volumes of projects whose folder is gone. Gives the names of what it removed. */
export async function pruneContainers(state: string): Promise<string[]> {
  const gone = listSpecs(state).filter(({ project }) => !existsSync(project));
  for (const spec of gone) await removeContainer(spec);
  return gone.map(({ name }) => name);
}

/** The words that open an interactive shell in the container, for a caller that gives it its own terminal. */
export function shellWords(spec: ContainerSpec): string[] {
  const enter = "command -v bash >/dev/null && exec bash; exec sh";
  return [...spec.client, "exec", "-it", "--workdir", spec.project, spec.name, "/bin/sh", "-c", enter];
}

/** What the container itself wrote: nothing, unless its start failed. */
export async function readLogs(spec: ContainerSpec): Promise<string> {
  const { stdout, reason } = await openClient(spec).run(["logs", "--tail", "200", spec.name]);
  return stdout === "" ? reason : stdout;
}
