import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ContainerSpec, specText } from "../../engine/oci/container-spec.ts";
import { createArguments } from "../../engine/oci/create-arguments.ts";
import { EngineError } from "../../core/errors.ts";
import { type Client, mustRun, openClient } from "./client.ts";
import { findContainer, type FoundContainer, removeWhenIdle } from "./container.ts";
import { readDevcontainer, runCreateCommands } from "./devcontainer.ts";
import { forgetEntrance, planForwarder, waitForEntrance } from "./forwarder.ts";
import { prepareHome, prepareSeparate, prepareTemporary, writeIdentity } from "./home.ts";
import { requirePlannedMounts } from "./compare-mounts.ts";
import { ensureImage } from "./image.ts";
import { placePlaceholders } from "./placeholders.ts";
import type { Say } from "./progress.ts";
import { requireReachable } from "./reach.ts";
import { startWatcher } from "./watcher.ts";
import { readStartTime, writeState } from "./state.ts";

function identify(file: string): string | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${String(stats.dev)}:${String(stats.ino)}`;
}

/** The digest that the hook computes for the same policy and the same files. */
export function digestNow(spec: ContainerSpec): string {
  return createHash("sha256").update(specText(spec, identify)).digest("hex");
}

function makeFolders(spec: ContainerSpec): void {
  for (const name of ["inbox", "outbox", "config", "empty-folder"])
    mkdirSync(path.join(spec.folder, name), { recursive: true, mode: 0o700 });
  writeFileSync(path.join(spec.folder, "empty-file"), "", { mode: 0o600 });
}

function describe(found: FoundContainer | undefined): string {
  if (found === undefined) return "starting the project's container";
  return found.running
    ? "replacing the project's container, because its policy or a protected file has changed"
    : "starting the project's container again";
}

/** A socket of this machine leads nowhere from another one; the container's first process is visible only on this one. */
function requireSharedKernel(spec: ContainerSpec, { pid }: FoundContainer): void {
  if (spec.door === undefined || readStartTime(pid) !== undefined) return;
  throw new EngineError({
    code: "network.no-socket",
    message: `the containers of ${spec.engine} run in a virtual machine, which the socket of the network proxy cannot reach, so an allow-list cannot be enforced`,
    hint: 'Choose the engine bubblewrap, or set sandhook.network to "none".',
  });
}

async function create(
  client: Client,
  spec: ContainerSpec,
  digest: string,
  say: Say,
): Promise<FoundContainer> {
  const image = await ensureImage(client, spec, say);
  prepareTemporary(spec);
  prepareSeparate(spec);
  await writeIdentity(spec, await prepareHome(client, spec, image));
  const failure = {
    code: "container.not-created",
    message: `the project's container ${spec.name} could not be started`,
    hint: "To see what is wrong, type: sandhook doctor",
  };
  const told =
    spec.image.kind === "devcontainer" ? await readDevcontainer(spec, spec.image.source) : undefined;
  told?.notes.forEach(say);
  const environment = { ...told?.environment, ...spec.environment };
  const forwarder = spec.door === undefined ? {} : { forwarder: planForwarder() };
  forgetEntrance(spec);
  const facts = { image, digest, ...forwarder };
  const words = createArguments({ ...spec, environment }, facts);
  const id = (await mustRun(client, words, failure)).trim();
  await mustRun(client, ["start", id], failure);
  const started = await findContainer(client, id);
  if (started?.running === true) {
    await requirePlannedMounts(client, spec, started);
    requireSharedKernel(spec, started);
    await waitForEntrance(spec);
    if (told !== undefined) await runCreateCommands(client, spec, { container: started.id, ...told }, say);
    return started;
  }
  const logs = await client.run(["logs", "--tail", "3", id]);
  throw new EngineError({
    ...failure,
    message: `${failure.message} (it ended at once: ${logs.stdout} ${logs.reason})`,
  });
}

/**
 * Sees to it that the project's container runs, and runs under exactly this specification; idempotent. The caller holds
 * the folder's lock, so that two sessions end with one container. Leaves the state that the runner's fast path reads, and
 * gives the digest of the policy that the container enforces.
 * @throws EngineError of every kind that the parts name
 */
export async function ensureContainer(spec: ContainerSpec, say: Say): Promise<string> {
  const client = openClient(spec);
  makeFolders(spec);
  let found = await findContainer(client, spec.name);
  if (found === undefined) await requireReachable(spec);
  placePlaceholders(spec);
  let made = false;
  const digest = digestNow(spec);
  if (found?.running !== true || found.digest !== digest) {
    say(describe(found));
    spec.notes.forEach(say);
    if (found !== undefined) await removeWhenIdle(client, spec, found.id);
    found = await create(client, spec, digest, say);
    made = true;
  } else await requirePlannedMounts(client, spec, found);
  const started = readStartTime(found.pid);
  const init = started === undefined ? 0 : found.pid;
  writeFileSync(path.join(spec.folder, "spec"), JSON.stringify(spec), { mode: 0o600 });
  if (started !== undefined && made) await startWatcher(spec, found);
  writeState(spec.folder, { digest, container: found.id, init, started: started ?? "0" });
  return digest;
}
