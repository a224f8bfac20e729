import { readFileSync } from "node:fs";
import path from "node:path";
import type { Ground } from "../../engines/ground.ts";
import { runFolder } from "./world.ts";

/** Process id of the ground's proxy, or undefined when none has been started. */
export function proxyProcess(ground: Ground): number | undefined {
  try {
    return Number(readFileSync(path.join(runFolder(ground), "proxy"), "utf8").split(" ")[0]);
  } catch {
    return undefined; // Nothing was started.
  }
}

function lives(id: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${id}/stat`, "utf8"));
  } catch {
    return false; // It is gone.
  }
}

/** Ends the ground's proxy at once, as a crash would; returns when it has ended. */
export function killProxy(ground: Ground): void {
  const id = proxyProcess(ground);
  if (id === undefined) return;
  try {
    process.kill(id, "SIGKILL");
    while (lives(id));
  } catch {
    // It has ended by itself.
  }
}
