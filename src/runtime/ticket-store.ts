import { readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import { ensurePrivateFolder, sweepJobs } from "./job-store.ts";

/**
 * A call that the hook left to the shell gate: its job waits under the session, the folder and the text of the command,
 * which is all that the gate sees.
 */
export interface TicketCall {
  readonly sessionId: string | undefined;
  readonly cwd: HostPath;
  readonly command: string;
}

const TICKET = /^([0-9a-f]{16})\.([0-9a-f]{64})\.(\w+)$/;

/** A session that started longer ago than this is over. */
const FORGOTTEN_MS = 30 * 24 * 60 * 60 * 1000;

const SESSION_ID = /^[A-Za-z0-9-]{1,64}$/;

function ticketsFolder(state: HostPath): HostPath {
  return joinHost(state, "tickets");
}

function keyOf(host: Host, { sessionId = "", cwd, command }: TicketCall): string {
  return host.digest(JSON.stringify([sessionId, host.realPath(cwd) ?? cwd, command]));
}

function listTickets(folder: string): readonly { name: string; id: string; key: string; mode: string }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // No call was ever left to the gate.
  }
  return names.sort().flatMap((name) => {
    const [, id, key, mode] = TICKET.exec(name) ?? [];
    return id === undefined || key === undefined || mode === undefined ? [] : [{ name, id, key, mode }];
  });
}

/**
 * Lets the gate find the job of a call. One of the same command that waits for another permission mode was declined: it
 * goes, since the gate could not tell them apart.
 * @throws EngineError `job.not-written`
 */
export function writeTicket(host: Host, state: HostPath, call: TicketCall & TicketMode, id: string): void {
  const folder = ticketsFolder(state);
  ensurePrivateFolder(folder);
  sweepJobs(folder);
  const key = keyOf(host, call);
  const mode = call.permissionMode === "plan" ? "plan" : "other";
  for (const other of listTickets(folder))
    if (other.key === key && other.mode !== mode) rmSync(path.join(folder, other.name), { force: true });
  writeFileSync(path.join(folder, `${id}.${key}.${mode}`), "", { mode: 0o600 });
}

/** Takes the newest ticket of a command: its job's id. Each ticket is taken once, whoever looks at the same time. */
export function takeTicket(host: Host, state: HostPath, call: TicketCall): string | undefined {
  const folder = ticketsFolder(state);
  const key = keyOf(host, call);
  for (const ticket of [...listTickets(folder)].reverse()) {
    if (ticket.key !== key) continue;
    try {
      unlinkSync(path.join(folder, ticket.name));
    } catch {
      continue; // A call at the same time took it.
    }
    if (host.inspect(joinHost(state, "jobs", ticket.id, "run"))?.kind === "file") return ticket.id;
  }
  return undefined;
}

interface TicketMode {
  readonly permissionMode: string | undefined;
}

function modeFile(state: HostPath, sessionId: string): string {
  return path.join(joinHost(state, "modes"), sessionId);
}

/** Remembers whether a session is in plan mode, which the gate is not told. */
export function recordMode(state: HostPath, { sessionId, permissionMode }: TicketMode & TicketCall): void {
  if (sessionId === undefined || !SESSION_ID.test(sessionId)) return;
  const file = modeFile(state, sessionId);
  if (permissionMode !== "plan") {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) rmSync(file, { force: true });
    return;
  }
  const folder = joinHost(state, "modes");
  ensurePrivateFolder(folder);
  writeFileSync(file, "", { mode: 0o600 });
  for (const name of readdirSync(folder)) {
    const other = path.join(folder, name);
    const age = Date.now() - (statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > FORGOTTEN_MS) rmSync(other, { force: true });
  }
}

/** True when the session's last call was made in plan mode. */
export function isPlanMode(state: HostPath, sessionId: string | undefined): boolean {
  if (sessionId === undefined || !SESSION_ID.test(sessionId)) return false;
  return statSync(modeFile(state, sessionId), { throwIfNoEntry: false }) !== undefined;
}
