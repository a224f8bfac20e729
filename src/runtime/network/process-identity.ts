import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * A process's start time in clock ticks since boot, which with its id names it for good; undefined when there is no such
 * process. Field 22 of proc(5)'s stat; the name before it may hold spaces.
 */
export function readStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined; // No such process.
  }
}

/** The network namespace that a process lives in, e.g. `net:[4026531840]`; undefined when it ended or is not ours. */
export function readNetworkNamespace(pid: number | "self"): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // It ended, or belongs to somebody else.
  }
}

/** How many processes live in a network namespace. */
export function countMembers(namespace: string): number {
  return readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && readNetworkNamespace(Number(name)) === namespace,
  ).length;
}
