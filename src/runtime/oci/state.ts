import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What the runner's fast path compares, one line of words. */
export interface ContainerState {
  readonly digest: string;
  readonly container: string;
  /** Process id of the container's init on this host; 0 when it cannot be seen from here (a virtual machine). */
  readonly init: number;
  /** Its start time in clock ticks since boot. */
  readonly started: string;
}

function stateFile(folder: string): string {
  return path.join(folder, "state");
}

/** Start time of a process if it is our init, else undefined. Field 22 of proc(5)'s stat; the name may hold spaces. */
export function readStartTime(pid: number): string | undefined {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/run/sandhook/bin/init")) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined; // No such process here: it ended, or it runs in a virtual machine.
  }
}

/** Appears whole or not at all. */
export function writeState(folder: string, state: ContainerState): void {
  const next = `${stateFile(folder)}.next`;
  writeFileSync(next, `${state.digest} ${state.container} ${state.init} ${state.started}\n`, { mode: 0o600 });
  renameSync(next, stateFile(folder));
}

/** The state as last written, or undefined. */
export function readState(folder: string): ContainerState | undefined {
  try {
    const [digest, container, init, started] = readFileSync(stateFile(folder), "utf8").trim().split(" ");
    if (digest === undefined || container === undefined || init === undefined || started === undefined)
      return undefined;
    return { digest, container, init: Number(init), started };
  } catch {
    return undefined; // No container has been made here.
  }
}

/** From here on the runner's fast path finds nothing. */
export function removeState(folder: string): void {
  rmSync(stateFile(folder), { force: true });
}
