import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { type ContainerSpec, INSIDE } from "../../engine/oci/container-spec.ts";
import type { Forwarder } from "../../engine/oci/create-arguments.ts";
import { EngineError } from "../../core/errors.ts";
import { ENTRANCE_PORT } from "../../core/network-place.ts";

const LOADER = /\/(?:ld-linux|ld-musl|ld64|ld)[^/]*\.so[^/]*$/;

/** What appears in the outbox once the port can be used; a hint, since the container can write it too. */
const READY = ".entrance";

const START_MS = 20_000;

/** The libraries that this process has loaded, its loader among them. */
function loadedLibraries(): readonly string[] {
  // Otherwise the report asks DNS for the names of open connections. Not in the types of Node 20.
  Object.assign(process.report, { excludeNetwork: true });
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: readonly string[] };
  return sharedObjects.filter((file) => file.startsWith("/") && file.includes(".so"));
}

/**
 * The forwarder that leads the container's loopback to the proxy's socket. It runs on this very Node, with the loader and
 * the libraries it uses here, so that it does not matter what the image has, or which C library.
 */
export function planForwarder(): Forwarder {
  const libraries = loadedLibraries();
  const files = [...libraries, process.execPath].map((source) => {
    return { source, target: `${INSIDE}/host/${path.basename(source)}` };
  });
  const program = `${INSIDE}/host/${path.basename(process.execPath)}`;
  const loader = libraries.find((file) => LOADER.test(file));
  const start =
    loader === undefined
      ? [program]
      : [`${INSIDE}/host/${path.basename(loader)}`, "--library-path", `${INSIDE}/host`, program];
  const own = [`${INSIDE}/bin/forward.cjs`, ENTRANCE_PORT.toString(), `${INSIDE}/door/s`];
  return { words: [...start, ...own, `${INSIDE}/outbox/${READY}`], files };
}

/** Before a container is made: an older one's sign must not count. */
export function forgetEntrance(spec: ContainerSpec): void {
  rmSync(path.join(spec.folder, "outbox", READY), { force: true });
}

/**
 * Waits until a new container's way to the proxy is there, so that its first command has it.
 * @throws EngineError `network.entrance`
 */
export async function waitForEntrance(spec: ContainerSpec): Promise<void> {
  if (spec.door === undefined) return;
  for (const end = Date.now() + START_MS; Date.now() < end;) {
    if (existsSync(path.join(spec.folder, "outbox", READY))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new EngineError({
    code: "network.entrance",
    message: `the way to the network proxy did not come up in the container ${spec.name}`,
    hint: "To see what it said, type: sandhook logs",
  });
}
