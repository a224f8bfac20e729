import { type HostPath, joinHost } from "../../core/paths.ts";

/** Where the record lies, below the state folder that no sandbox sees. */
export interface AuditPlace {
  readonly folder: HostPath;
  /** Events that wait for their place in the chain, and the beginnings and ends of runs, which the runner leaves here. */
  readonly spool: HostPath;
  /** The end of the chain, outside of its folder, so that a shorter chain shows. */
  readonly head: HostPath;
  readonly lock: HostPath;
}

/** SHA-256 in hex. */
export type Digest = (text: string) => string;

/** What the first line of all follows. */
export const GENESIS = "0".repeat(64);

export function auditPlace(state: HostPath): AuditPlace {
  const folder = joinHost(state, "audit");
  return {
    folder,
    spool: joinHost(folder, "spool"),
    head: joinHost(state, "audit-head.json"),
    lock: joinHost(state, "audit.lock"),
  };
}

/** Files are numbered; the name of one. */
export function chainFile(place: AuditPlace, number: number): HostPath {
  return joinHost(place.folder, `${String(number).padStart(6, "0")}.jsonl`);
}

export const CHAIN_NAME = /^(\d{6,})\.jsonl$/;
