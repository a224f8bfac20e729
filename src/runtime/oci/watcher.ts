import path from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import type { FoundContainer } from "./container.ts";
import { readStartTime } from "./state.ts";

/**
 * Starts the process that tidies up after a container, and waits until it holds its share of the project's lock. It has
 * a session of its own and none of our descriptors, so that it outlives the call and keeps nothing of it open.
 */
export async function startWatcher(spec: ContainerSpec, container: FoundContainer): Promise<void> {
  const libexec = path.dirname(spec.scripts);
  const words = [
    ...[
      path.join(libexec, "watch-container"),
      spec.folder,
      spec.lock,
      container.id,
      container.pid.toString(),
    ],
    ...[readStartTime(container.pid) ?? "0", process.execPath, path.join(libexec, "ensure-container.cjs")],
  ];
  const child = spawn("/bin/sh", words, { detached: true, cwd: "/", stdio: ["ignore", "pipe", "ignore"] });
  child.unref();
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  child.stdout.destroy();
}
