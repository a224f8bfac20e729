import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What proc(5)'s stat says of a process: `start` in clock ticks since boot, which with its id names it for good. */
export interface ProcessFacts {
  readonly parent: number;
  readonly start: string;
}

/** Fields 4 and 22 of proc(5)'s stat; the name before them may hold spaces. Undefined for no such process, or a zombie. */
export function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const start = rest[17];
    return state === "Z" || start === undefined ? undefined : { parent: Number(parent), start };
  } catch {
    return undefined; // No such process, or a system without /proc.
  }
}

/**
 * True while a process of that id exists, whoever it is. One that ended and was not collected by its parent is gone, where
 * /proc tells: an init that collects late would keep it for long.
 */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return process.platform !== "linux" || readProcess(pid) !== undefined;
}

/** A process's start time; undefined when there is no such process. */
export function readStart(pid: number): string | undefined {
  return readProcess(pid)?.start;
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
