import { chmodSync } from "node:fs";
import { hostPath } from "../core/paths.ts";
import { ensureLink } from "../install/atomic-write.ts";
import { refuseUnstableNode } from "../install/stable-node.ts";
import { sweepJobs } from "../runtime/job-store.ts";
import type { Fact } from "./fact.ts";

const PRIVATE = 0o700;

/**
 * Repairs what can be repaired without a decision of the user: folders that others can enter, jobs that nobody runs any
 * more, a link to a Node that is gone (`node` takes its place). Gives what was done; undefined when it is not for us.
 * @throws InstallError `install.unstable-node`, `machine.*`
 */
export function repair(fact: Fact, node: string): string | undefined {
  if (fact.kind === "runtime.open") {
    chmodSync(fact.folder, PRIVATE);
    return `closed ${fact.folder} to others`;
  }
  if (fact.kind === "jobs.stale") {
    sweepJobs(hostPath(fact.folder));
    return `removed ${fact.count} stale jobs`;
  }
  if (fact.kind === "node.dead") {
    refuseUnstableNode(node);
    ensureLink(hostPath(fact.link), node);
    return `linked ${fact.link} to ${node}`;
  }
  return undefined;
}
