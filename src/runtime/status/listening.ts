import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readProcess } from "../network/process-identity.ts";

/** A socket of proc(5)'s tables of TCP sockets that is in the state 0A, listening. */
export interface ListeningSocket {
  readonly port: number;
  readonly inode: string;
}

const ROW = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A \S+ \S+ \S+ +\d+ +\d+ (\d+) /;

/** What listens, by the text of such tables. Pure. */
export function parseListening(tables: string): readonly ListeningSocket[] {
  return tables.split("\n").flatMap((line) => {
    const [, port, inode] = ROW.exec(line) ?? [];
    return port === undefined || inode === undefined ? [] : [{ port: Number.parseInt(port, 16), inode }];
  });
}

/** Ports without repetition, smallest first. */
export function portsOf(sockets: readonly ListeningSocket[]): readonly number[] {
  return [...new Set(sockets.map(({ port }) => port))].sort((one, other) => one - other);
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise; // It ended, is not ours, or the system has no /proc.
  }
}

/** The process and everything that descends from it, as far as this user sees them. */
export function processTree(root: number): readonly number[] {
  const parents = attempt(() => readdirSync("/proc"), []).flatMap((name) => {
    const facts = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined;
    return facts === undefined ? [] : [[Number(name), facts.parent] as const];
  });
  const tree = [root];
  for (const member of tree)
    tree.push(...parents.filter(([, parent]) => parent === member).map(([pid]) => pid));
  return tree;
}

function socketsOf(pid: number): readonly string[] {
  const names = attempt(() => readdirSync(`/proc/${pid}/fd`), []);
  const targets = names.map((name) => attempt(() => readlinkSync(`/proc/${pid}/fd/${name}`), ""));
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

/** TCP ports that one of the processes listens on, each in its own network namespace. */
export function listeningPorts(pids: readonly number[]): readonly number[] {
  const sockets = pids.flatMap((pid) => {
    const own = new Set(socketsOf(pid));
    if (own.size === 0) return [];
    const tables = ["tcp", "tcp6"].map((name) =>
      attempt(() => readFileSync(`/proc/${pid}/net/${name}`, "utf8"), ""),
    );
    return parseListening(tables.join("\n")).filter(({ inode }) => own.has(inode));
  });
  return portsOf(sockets);
}
