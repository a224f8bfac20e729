import { readFileSync } from "node:fs";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { EngineError } from "../../core/errors.ts";
import { escapeField, type Placing, readPlacing } from "../../engine/mount-table.ts";
import { type Client, mustRun } from "./client.ts";
import type { FoundContainer } from "./container.ts";

interface Bound {
  readonly source: string;
  readonly target: string;
}

function readTable(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, "utf8");
  } catch {
    return undefined; // The container runs in a virtual machine, or under an account of its own.
  }
}

/** What a container was to get from this machine, project and temp folder first of all. */
function planned(spec: ContainerSpec): Bound[] {
  const temporary = ["/tmp", spec.temporary].map((target) => ({ source: spec.temporary, target }));
  return [...spec.mounts, ...temporary];
}

/** Fields of the kernel's table; of another kernel's, only where something is mounted. */
function fields({ source, target }: Bound, place: Placing | undefined): string {
  const at = escapeField(target);
  return ` ${place === undefined ? at : `${place(source)} ${at}`} `;
}

/**
 * Compares what the kernel has mounted in a container with what was planned. Engines follow links, so that a command that
 * runs meanwhile, in another sandbox, could lead a mount to another folder of this machine. What does not fit is removed.
 * Nothing of the project has run in the container yet.
 * @throws EngineError `mounts.changed`
 */
export async function requirePlannedMounts(
  client: Client,
  spec: ContainerSpec,
  { id, pid }: FoundContainer,
): Promise<void> {
  const seen = readTable(pid);
  const table =
    seen ??
    (await mustRun(client, ["exec", id, "cat", "/proc/1/mountinfo"], {
      code: "mounts.unknown",
      message: "it cannot be seen what the project's container mounts",
      hint: "To see what is wrong, type: sandhook doctor",
    }));
  const place =
    seen === undefined ? undefined : readPlacing({ readText: (file) => readFileSync(file, "utf8") });
  const other = planned(spec).find((bound) => !table.includes(fields(bound, place)));
  if (other === undefined) return;
  await client.run(["rm", "--force", id]);
  throw new EngineError({
    code: "mounts.changed",
    message: `${other.target} was replaced by something else while the project's container was made`,
    hint: "Run the command again; if this repeats, a background command replaces folders: end it, or type: sandhook stop",
  });
}
