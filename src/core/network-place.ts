import type { Site } from "./engine.ts";
import type { Host } from "./host.ts";
import { type HostPath, joinHost, parentOf } from "./paths.ts";

/** The port of the sandbox's own loopback where its proxy can be reached, in every engine that has such a loopback. */
export const ENTRANCE_PORT = 47_128;

/** Joins standard input and output with a host through the proxy: the program that ssh connects with, as seen inside. */
export const CONNECT_PROGRAM = "/run/sandhook/bin/connect";

/** What leads Node's fetch to the proxy where the release does not do so itself; loaded into every Node inside. */
export const NODE_PRELOAD = "/run/sandhook/bin/node-proxy.cjs";

/** Where the network's state lies. Everything is below our state folder, which no sandbox sees. */
export interface NetworkFolders {
  /** What each project may reach, by its key; written by the hook, read by the proxy at every decision. */
  readonly policies: HostPath;
  /** What was decided, by project. */
  readonly logs: HostPath;
  /** What was refused, by project and call; the runner shows it at the end of the call. */
  readonly refusals: HostPath;
  /** Sockets and namespaces of the proxy of one installed version, so that an update gets a proxy of its own. */
  readonly run: HostPath;
}

/** The folders beside the given run folder. */
export function networkFoldersOf(run: HostPath): NetworkFolders {
  const root = parentOf(run);
  return {
    policies: joinHost(root, "policy"),
    logs: joinHost(root, "log"),
    refusals: joinHost(root, "refused"),
    run,
  };
}

/** The folders of the product that is installed at the site. */
export function networkFolders(site: Pick<Site, "state" | "libexec">, host: Host): NetworkFolders {
  const version = host.digest(host.realPath(site.libexec) ?? site.libexec).slice(0, 8);
  return networkFoldersOf(joinHost(site.state, "network", version));
}

/** The folder that holds a project's socket and nothing else: what a container mounts. */
export function doorFolder(run: HostPath, key: string): HostPath {
  return joinHost(run, "door", key.slice(-12));
}
