import { EngineError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { locateDockerSocket } from "./endpoint.ts";

/** Where docker and podman differ; everything else is one code. */
export interface Flavor {
  readonly name: "docker" | "podman";
  readonly install: string;
  /** The daemon's socket, for an engine that has a daemon; `address` is the one that the user has set. */
  locateSocket(host: Host, address?: string): HostPath | undefined;
  /** Arguments of the client that come before every command. */
  clientFlags(socket: HostPath | undefined): readonly string[];
  /** Arguments of create and run that make files in the project belong to the user. */
  userFlags(host: Host): readonly string[];
  /** False where the kernel gives an ordinary user's containers no resource limits. */
  canLimit(host: Host): boolean;
}

/** Its socket is named in every call, so that no context or variable can lead the client elsewhere. */
export const DOCKER: Flavor = {
  name: "docker",
  install: "Type: sudo apt-get install docker.io",
  locateSocket: locateDockerSocket,
  clientFlags: (socket) => (socket === undefined ? [] : ["--host", `unix://${socket}`]),
  userFlags: () => [],
  canLimit: () => true,
};

/** Without a daemon. For an ordinary user, keep-id gives the user's own id inside, so files need no mapping. */
export const PODMAN: Flavor = {
  name: "podman",
  install: "Type: sudo apt-get install podman",
  locateSocket: () => undefined,
  clientFlags: () => [],
  userFlags: (host) => (host.uid === 0 ? [] : ["--userns=keep-id"]),
  canLimit: (host) => host.uid === 0 || host.inspect("/sys/fs/cgroup/cgroup.controllers") !== undefined,
};

/** The client's program: the flavour's own, or the compatible one that config names. */
export function findClient(flavor: Flavor, host: Host, command: string | undefined): HostPath | undefined {
  const name = command ?? flavor.name;
  return name.startsWith("/") ? host.realPath(name) : host.findProgram(name);
}

/**
 * The client's program.
 * @throws EngineError `engine.unavailable`
 */
export function locateClient(flavor: Flavor, host: Host, command: string | undefined): HostPath {
  const program = findClient(flavor, host, command);
  if (program !== undefined) return program;
  throw new EngineError({
    code: "engine.unavailable",
    message: `the program ${command ?? flavor.name} is not installed`,
    hint: command === undefined ? flavor.install : "Install it, or correct sandhook.container.command.",
  });
}
