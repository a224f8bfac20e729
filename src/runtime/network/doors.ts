import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { doorFolder } from "../../core/network-place.ts";
import { type HostPath, joinHost } from "../../core/paths.ts";
import type { EgressProxy } from "../proxy/egress-proxy.ts";
import type { DoorRequest } from "./control.ts";
import { openNamespace } from "./namespace.ts";
import { countMembers, readStart } from "./process-identity.ts";

/** One project's way to the proxy. */
export interface OpenDoor {
  /** A command may still come through it. */
  readonly isUsed: () => boolean;
  /** It works as it did when it was opened. */
  readonly isWhole: () => boolean;
  /** No new command finds it from here on; those inside keep it. */
  readonly hide: () => void;
  readonly show: () => void;
  readonly close: () => Promise<void>;
}

/** Where the runner finds the namespace's keeper: its process id and start time. */
export function namespaceFile(run: string, key: string): string {
  return path.join(run, "namespace", key);
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.next`, text, { mode: 0o600 });
  renameSync(`${file}.next`, file);
}

/** Bubblewrap's door: a namespace that the commands of one project share, as they would share the host's loopback. */
export async function openNamespaceDoor(
  proxy: EgressProxy,
  run: HostPath,
  key: string,
  programs: { readonly bubblewrap: string; readonly own: string },
): Promise<OpenDoor> {
  const namespace = await openNamespace(programs.bubblewrap, programs.own);
  const { keeper, name } = namespace;
  const end = proxy.adoptListener(namespace.listener, key);
  const file = namespaceFile(run, key);
  const show = (): void => {
    writeWhole(file, `${keeper.pid} ${keeper.start}\n`);
  };
  show();
  return {
    isUsed: () => countMembers(name) > 1,
    isWhole: () => readStart(keeper.pid) === keeper.start,
    hide: () => {
      rmSync(file, { force: true });
    },
    show,
    close: async () => {
      rmSync(file, { force: true });
      namespace.close();
      await end();
    },
  };
}

/** True while the init of the container that the state file names lives. */
function containerLives(state: string | undefined): boolean {
  if (state === undefined) return false;
  try {
    const [, , init, started] = readFileSync(state, "utf8").trim().split(" ");
    return init !== undefined && readStart(Number(init)) === started;
  } catch {
    return false; // No container was made, or it is gone.
  }
}

/** A container's door: a socket in a folder of its own, which the container mounts. */
export async function openSocketDoor(
  proxy: EgressProxy,
  run: HostPath,
  { key, state }: DoorRequest,
): Promise<OpenDoor> {
  const folder = doorFolder(run, key);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = joinHost(folder, "s");
  const end = await proxy.openSocket(file, key);
  return {
    isUsed: () => containerLives(state),
    isWhole: () => true,
    hide: () => undefined,
    show: () => undefined,
    close: end,
  };
}
