import { spawnSync } from "node:child_process";
import type { Host } from "../../core/host.ts";
import type { EngineName, Plan } from "../../core/plan.ts";
import { findEngine } from "../../engine/choose.ts";
import { locateDockerSocket } from "../../engine/oci/endpoint.ts";
import { trialArguments } from "../../engine/trial.ts";

/** An engine that takes longer is busy, not broken: its commands wait, and are never run outside. */
const PATIENCE_MS = 5_000;

/** Which daemon the user's commands go to. */
function addressOf(engine: EngineName, { container }: Plan, host: Host): readonly string[] {
  if (engine !== "docker" || container.command !== undefined) return [];
  return ["-H", `unix://${locateDockerSocket(host, container.host)}`];
}

/**
 * Starts the smallest sandbox there is. Gives why that failed, in one line; undefined when it went well or was not over
 * after five seconds.
 * @throws EngineError when the engine's daemon is not on this machine
 */
export function tryEngine(engine: EngineName, plan: Plan, host: Host): string | undefined {
  const wishes = { command: plan.container.command, address: plan.container.host };
  const probe = findEngine(engine)?.probe(host, wishes);
  if (probe?.kind !== "available") return probe?.reasons.join("; ") ?? `there is no engine ${engine}`;
  const args = [...addressOf(engine, plan, host), ...trialArguments(engine, host)];
  const { status, stderr, stdout } = spawnSync(probe.program, args, {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status === 0 || status === null) return undefined;
  const words = stderr.trim() || stdout.trim() || `exit code ${status}`;
  return words.split("\n")[0];
}
