import { fileURLToPath } from "node:url";
import type { ClientCommand } from "./client-release.ts";

const LAUNCHER = fileURLToPath(new URL("./netns-launch.mjs", import.meta.url));

/**
 * Wraps a command in a network namespace of its own that has nothing but loopback and, on the API's port there, a
 * forwarder to the API's unix socket. A namespace rather than a proxy variable pointing nowhere: the commands under
 * test inherit the client's variables, while a namespace is invisible to them and holds for whatever ignores proxies.
 * Unix sockets cross it, so docker works inside. Needs root, or user namespaces.
 */
export function isolateNetwork(
  command: ClientCommand,
  api: { readonly port: number; readonly socket: string },
): ClientCommand {
  const user = process.getuid?.() === 0 ? [] : ["--map-current-user", "--keep-caps"];
  const launcher = [process.execPath, LAUNCHER, String(api.port), api.socket];
  return { file: "unshare", args: [...user, "--net", "--", ...launcher, command.file, ...command.args] };
}
