import { EngineError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, hostPath, joinHost } from "../../core/paths.ts";

const DEFAULT_SOCKET = hostPath("/var/run/docker.sock");

function field(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  );
}

function readJson(host: Host, file: HostPath): unknown {
  const text = host.readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EngineError({
      code: "docker.config-invalid",
      message: `${file} is not JSON, so the docker context that you chose is not known`,
      hint: `Correct ${file}, or choose the default: docker context use default`,
      cause,
    });
  }
}

function requireLocal(address: unknown, from: string): HostPath {
  if (typeof address === "string" && address.startsWith("unix:///"))
    return hostPath(address.slice("unix://".length));
  throw new EngineError({
    code: "docker.remote",
    message: `${from} leads to ${typeof address === "string" ? address : "an unknown place"}, and a daemon elsewhere cannot mount this project`,
    hint: 'Type: docker context use default. Or name a socket of this machine in your user settings, as sandhook.container.host: "unix:///run/user/1000/docker.sock". Or choose another engine with sandhook.engine.',
  });
}

/**
 * The daemon's socket on this machine: the address in the user's settings, else that of the context the user chose with `docker context use`, else the default.
 * Only the user's own files count; the variables DOCKER_HOST and DOCKER_CONTEXT may come from a repository's settings.
 * @throws EngineError `docker.remote` for a daemon elsewhere, `docker.config-invalid`
 */
export function locateDockerSocket(host: Host, set?: string): HostPath {
  if (set !== undefined) return requireLocal(set, "the address in sandhook.container.host");
  const folder = joinHost(host.home, ".docker");
  const name = field(readJson(host, joinHost(folder, "config.json")), "currentContext");
  if (typeof name !== "string" || name === "" || name === "default") return DEFAULT_SOCKET;
  const file = joinHost(folder, "contexts/meta", host.digest(name), "meta.json");
  const address = field(readJson(host, file), "Endpoints", "docker", "Host");
  return requireLocal(address, `the docker context ${JSON.stringify(name)}`);
}
