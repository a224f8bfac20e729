import { rmSync } from "node:fs";
import { type HostPath, joinHost } from "../core/paths.ts";
import { residentFolders, talkToResident } from "../runtime/resident/talk.ts";

/**
 * Ends the hook's resident processes of an installation whose runtime is gone. One that does not answer sees for itself
 * that its code is gone, and ends.
 */
export async function endResidents(state: HostPath): Promise<void> {
  await Promise.allSettled(residentFolders(state).map(async (folder) => talkToResident(folder, "end")));
  rmSync(joinHost(state, "resident"), { recursive: true, force: true });
}
