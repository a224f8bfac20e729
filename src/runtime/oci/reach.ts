import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { EngineError } from "../../core/errors.ts";

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function explain(socket: string, error: unknown): EngineError {
  const code = codeOf(error);
  switch (code) {
    case "EACCES":
      return new EngineError({
        code: "engine.no-permission",
        message: `you may not use the docker daemon (${socket} is not yours to open)`,
        hint: "Join its group and log in again: sudo usermod -aG docker $USER. Whoever is in that group can become root.",
        cause: error,
      });
    case "ENOENT":
    case "ECONNREFUSED":
      return new EngineError({
        code: "engine.down",
        message: `the docker daemon is not running (nothing answers at ${socket})`,
        hint: "Start it: sudo systemctl start docker. If yours listens elsewhere (DOCKER_HOST), write its address to sandhook.container.host.",
        cause: error,
      });
    case undefined:
    default:
      return new EngineError({
        code: "engine.down",
        message: `the docker daemon at ${socket} does not answer (${error instanceof Error ? error.message : String(error)})`,
        hint: "Look at its log: sudo journalctl -u docker",
        cause: error,
      });
  }
}

/**
 * Says why an engine cannot be used, when one of its commands has failed. Does nothing when the engine answers: then
 * the failure is about something else. dockerode is loaded only here; it reports the socket's own error.
 * @throws EngineError `engine.no-permission`, `engine.down`
 */
export async function requireReachable(spec: Pick<ContainerSpec, "engine" | "socket">): Promise<void> {
  if (spec.socket === undefined) return;
  const { default: Docker } = await import("dockerode");
  try {
    await new Docker({ socketPath: spec.socket, timeout: 10_000 }).ping();
  } catch (error) {
    throw explain(spec.socket, error);
  }
}
