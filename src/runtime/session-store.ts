import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hostPath, type HostPath, isInside, joinHost } from "../core/paths.ts";

/** Releases before 2.1 do not name the session to a command; a record older than this cannot be theirs. */
const STALE_MS = 24 * 60 * 60 * 1000;

/** A session that started longer ago than this, and was never resumed, is over. */
const FORGOTTEN_MS = 30 * STALE_MS;

const SESSION_ID = /^[A-Za-z0-9-]{1,64}$/;

function sessionsFolder(state: HostPath): HostPath {
  return joinHost(state, "sessions");
}

/** A record is written again, so that its age says when the session was last seen, but not by every call. */
const FRESH_MS = 60 * 60 * 1000;

function isFresh(file: string, project: HostPath): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs < FRESH_MS && readRecord(file) === project;
}

/** Remembers the folder that a session started in, for the shell gate, which is not told. Idempotent. */
export function recordSession(state: HostPath, sessionId: string | undefined, project: HostPath): void {
  if (sessionId === undefined || !SESSION_ID.test(sessionId)) return;
  const folder = sessionsFolder(state);
  const file = path.join(folder, sessionId);
  if (isFresh(file, project)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, project, { mode: 0o600 });
}

function gatesFolder(state: HostPath): HostPath {
  return joinHost(state, "gates");
}

/** What a session's start told of the shell gate: `named`: it also knows which session it works for. */
export type GateSight = "absent" | "seen" | "named";

/** Remembers how the shell gate was seen in a session; a session that goes on without it is forgotten. Idempotent. */
export function recordGate(state: HostPath, sessionId: string | undefined, sight: GateSight): void {
  if (sessionId === undefined || !SESSION_ID.test(sessionId)) return;
  if (sight === "absent") {
    rmSync(path.join(gatesFolder(state), sessionId), { force: true });
    return;
  }
  const folder = gatesFolder(state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, sessionId), sight, { mode: 0o600 });
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > FORGOTTEN_MS) rmSync(file, { force: true });
  }
}

/** True when the shell gate was seen at work in a session. */
export function isGateKnown(state: HostPath, sessionId: string | undefined): boolean {
  if (sessionId === undefined || !SESSION_ID.test(sessionId)) return false;
  return statSync(path.join(gatesFolder(state), sessionId), { throwIfNoEntry: false })?.isFile() === true;
}

/** True when the shell gate of a session can be handed calls: it knows the session by the name that the hook knows. */
export function gateIsNamed(state: HostPath, sessionId: string | undefined): boolean {
  return readText(gatesFolder(state), sessionId) === "named";
}

function readText(folder: HostPath, sessionId: string | undefined): string | undefined {
  if (sessionId === undefined || !SESSION_ID.test(sessionId)) return undefined;
  const file = path.join(folder, sessionId);
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
    ? readFileSync(file, "utf8")
    : undefined;
}

function readRecord(file: string): HostPath | undefined {
  try {
    return hostPath(readFileSync(file, "utf8"));
  } catch {
    return undefined; // No such session, or swept meanwhile: the caller falls back to the narrowest project.
  }
}

/** A session of the last day whose commands came to us. */
export interface SeenSession {
  readonly id: string;
  readonly project: string;
  /** When its last command came; ISO 8601. */
  readonly lastCall: string;
  /** The shell gate was seen at work in it. */
  readonly gate: boolean;
}

/** The sessions of the last day, the newest first. Whether a client still runs is not known. */
export function listSessions(state: HostPath): readonly SeenSession[] {
  const folder = sessionsFolder(state);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder)
    .flatMap((id): SeenSession[] => {
      const file = path.join(folder, id);
      const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const project = Date.now() - time > STALE_MS ? undefined : readRecord(file);
      const lastCall = new Date(time).toISOString();
      return project === undefined ? [] : [{ id, project, lastCall, gate: isGateKnown(state, id) }];
    })
    .sort((one, other) => (one.lastCall < other.lastCall ? 1 : -1));
}

function recentProjects(folder: HostPath): HostPath[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // No session has been recorded yet.
  }
  return names.flatMap((name) => {
    const file = path.join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > STALE_MS) {
      rmSync(file, { force: true });
      return [];
    }
    return readRecord(file) ?? [];
  });
}

/**
 * The project of a command that runs in `cwd`. A session's name can come from a repository's settings, so a record
 * counts only if it contains `cwd`; without one, the innermost recorded project does, else `cwd` itself.
 */
export function findProject(state: HostPath, sessionId: string | undefined, cwd: HostPath): HostPath {
  const folder = sessionsFolder(state);
  const own =
    sessionId !== undefined && SESSION_ID.test(sessionId)
      ? readRecord(path.join(folder, sessionId))
      : undefined;
  if (own !== undefined && isInside(cwd, own)) return own;
  const around = recentProjects(folder).filter((project) => isInside(cwd, project));
  return around.sort((a, b) => b.length - a.length)[0] ?? cwd;
}
