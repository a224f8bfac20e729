import { execa } from "execa";
import path from "node:path";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { EngineError } from "../../core/errors.ts";
import type { Client } from "./client.ts";

export interface FoundContainer {
  readonly id: string;
  readonly running: boolean;
  readonly pid: number;
  /** The policy it was made for; undefined for a container that is not ours. */
  readonly digest: string | undefined;
}

interface Inspected {
  readonly Id: string;
  readonly State: { readonly Running: boolean; readonly Pid: number };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
}

/**
 * Rootless podman keeps its user namespace by a process of its own. When somebody ends that one while the containers'
 * processes are gone too, every command of podman is refused until the user says that nothing of it is left.
 * @throws EngineError `engine.namespace-lost`
 */
function refuseLostNamespace(client: Client, reason: string): void {
  if (!reason.includes("system migrate")) return;
  throw new EngineError({
    code: "engine.namespace-lost",
    message: `podman has lost the user namespace that its containers live in, and refuses everything (${reason})`,
    hint: `Type: ${client.words[0] ?? "podman"} system migrate. It ends what is left of all your podman containers; sandhook makes the project's again.`,
  });
}

/**
 * The container of that name or id, or undefined. Docker and podman describe these fields alike.
 * @throws EngineError `engine.namespace-lost`
 */
export async function findContainer(client: Client, name: string): Promise<FoundContainer | undefined> {
  const found = await client.run(["container", "inspect", name]);
  if (!found.ok) {
    refuseLostNamespace(client, found.reason);
    return undefined;
  }
  const [facts] = JSON.parse(found.stdout) as Inspected[];
  if (facts === undefined) return undefined;
  const { Id, State, Config } = facts;
  return { id: Id, running: State.Running, pid: State.Pid, digest: Config.Labels?.["sandhook.digest"] };
}

const BUSY = 75;

/** How long a replacement waits for running calls, in seconds. */
const PATIENCE = 5;

/**
 * Removes a container when no call runs in it. Every call holds a shared lock, and the state is taken away under the
 * exclusive one, so that no call can enter between.
 * @throws EngineError `container.busy`, `container.not-removed`
 */
export async function removeWhenIdle(client: Client, spec: ContainerSpec, id: string): Promise<void> {
  const script = 'rm -f -- "$1"; shift; exec "$@"';
  const remove = [path.join(spec.folder, "state"), ...client.words, "rm", "--force", id];
  const lock = [
    "-o",
    "-x",
    "-w",
    PATIENCE.toString(),
    "-E",
    BUSY.toString(),
    path.join(spec.folder, "calls"),
  ];
  const { exitCode, stderr } = await execa("flock", [...lock, "/bin/sh", "-c", script, "sh", ...remove], {
    reject: false,
    stdin: "ignore",
  });
  if (exitCode === 0) return;
  if (exitCode !== BUSY && (await findContainer(client, id)) === undefined) return;
  throw exitCode === BUSY
    ? new EngineError({
        code: "container.busy",
        message:
          "the policy or a protected file has changed, and other commands still run in the project's container under the old one",
        hint: "Run the command again when they have ended (background tasks included), or type: sandhook stop",
      })
    : new EngineError({
        code: "container.not-removed",
        message: `the old container ${spec.name} could not be removed (${stderr.trim()})`,
        hint: `Try: ${client.words[0] ?? ""} rm --force ${spec.name}`,
      });
}
