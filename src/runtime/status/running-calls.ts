import { readFileSync } from "node:fs";
import type { HostPath } from "../../core/paths.ts";
import { auditPlace } from "../audit/place.ts";
import { listBegun } from "../audit/spool.ts";
import { readCall } from "../call-journal.ts";
import { listeningPorts, processTree } from "./listening.ts";

/** A command that runs now, in the background of its session or not. */
export interface RunningCall {
  readonly job: string;
  /** Of its runner, on the host. */
  readonly pid: number;
  readonly engine: string | undefined;
  /** ISO 8601. */
  readonly since: string;
  readonly project: string | undefined;
  readonly command: string | undefined;
  /** Processes on the host that descend from the runner; those of a container do not. */
  readonly processes: number;
  readonly listening: readonly number[];
}

/** A process id is given out again; where the system shows command lines, the runner's names its job. */
function isRunner(pid: number, job: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(job);
  } catch (error) {
    return (
      !(error instanceof Error && "code" in error && error.code === "ENOENT") || process.platform !== "linux"
    );
  }
}

/** The commands that run now, oldest first. */
export function listRunning(state: HostPath): readonly RunningCall[] {
  return listBegun(auditPlace(state))
    .filter(({ job, pid }) => isRunner(pid, job))
    .map(({ job, pid, engine, at }) => {
      const call = readCall(state, job);
      const tree = processTree(pid);
      return {
        ...{ job, pid, engine, since: new Date(at).toISOString() },
        ...{ project: call?.project, command: call?.subject },
        ...{ processes: tree.length - 1, listening: listeningPorts(tree) },
      };
    })
    .sort((one, other) => (one.since < other.since ? -1 : 1));
}
