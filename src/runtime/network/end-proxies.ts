import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { readStart } from "./process-identity.ts";

/** A resident proxy that runs for one installed version. */
export interface RunningProxy {
  readonly pid: number;
  /** Folder of its sockets. */
  readonly run: string;
}

/** The proxies that run for a state folder. */
export function listProxies(state: string): RunningProxy[] {
  const root = path.join(state, "network");
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((name) => {
    const run = path.join(root, name);
    const file = path.join(run, "proxy");
    if (!existsSync(file)) return [];
    const [pid = "", started] = readFileSync(file, "utf8").trim().split(" ");
    return readStart(Number(pid)) === started ? [{ pid: Number(pid), run }] : [];
  });
}

/** Ends the proxies of a state folder that is about to be removed, and waits until they are gone. */
export async function endProxies(state: string): Promise<void> {
  for (const { pid } of listProxies(state)) {
    process.kill(pid, "SIGTERM");
    while (readStart(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
