import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { FailureReason } from "../explain/failure/failure-reason.ts";
import { jobIdOf } from "../protocol/failure-event.ts";
import { type HookOutput, jobLeftToGate } from "../protocol/hook-output.ts";
import { ensurePrivateFolder, newJobId, sweepJobs } from "./job-store.ts";

/** What was decided about one call; kept for a day, for `why` and for the explanation of its failure. */
export interface CallRecord {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly tool: string;
  readonly toolUseId: string | undefined;
  readonly sessionId: string | undefined;
  readonly project: string;
  readonly cwd: string;
  /** The command, path or address that the model asked for. */
  readonly subject: string;
  readonly decision: "allow" | "ask" | "deny" | "undecided";
  /** In words, as Claude Code was told. */
  readonly reason: string;
  readonly permissionMode: string | undefined;
}

/** A record with what is known of how its call failed. */
export interface Journaled extends CallRecord {
  /** The job's id; for a refused call one of its own. Sorts by time. */
  readonly id: string;
  readonly failure: FailureReason | undefined;
}

const LONGEST_SUBJECT = 4_000;

/** One call in so many looks for records that are too old. */
const SWEEP_ONE_IN = 64;

function callsFolder(state: HostPath): HostPath {
  return joinHost(state, "calls");
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * Keeps what the hook answered to a call. An answer that leaves a call alone is not kept, and nothing depends on the
 * record: it only explains.
 */
export function recordCall(
  state: HostPath,
  event: string,
  reply: HookOutput,
  project: string | undefined,
): void {
  const output = reply.hookSpecificOutput;
  if (output === undefined) return;
  const call = JSON.parse(event) as Readonly<Record<string, unknown>>;
  const input = (call["tool_input"] ?? {}) as Readonly<Record<string, unknown>>;
  const cwd = text(call["cwd"]) ?? "/";
  const record: CallRecord = {
    time: new Date().toISOString(),
    tool: text(call["tool_name"]) ?? "",
    toolUseId: text(call["tool_use_id"]),
    sessionId: text(call["session_id"]),
    project: project ?? cwd,
    cwd,
    subject: (
      text(input["command"]) ??
      text(input["file_path"]) ??
      text(input["path"]) ??
      text(input["url"]) ??
      ""
    ).slice(0, LONGEST_SUBJECT),
    decision: output.permissionDecision ?? "undecided",
    reason: output.permissionDecisionReason ?? "",
    permissionMode: text(call["permission_mode"]),
  };
  const folder = callsFolder(state);
  const id = jobLeftToGate(reply) ?? jobIdOf(text(output.updatedInput?.["command"]) ?? "") ?? newJobId();
  try {
    ensurePrivateFolder(folder);
    writeFileSync(path.join(folder, `${id}.call`), JSON.stringify(record), { mode: 0o600 });
    if (Number.parseInt(id.slice(-4), 16) % SWEEP_ONE_IN === 0) sweepJobs(folder);
  } catch {
    return; // The answer stands without its record: on a full disk no job was written, and the answer is a refusal.
  }
}

/** Adds why a call failed to its record. */
export function recordFailure(state: HostPath, id: string, reason: FailureReason): void {
  const folder = callsFolder(state);
  ensurePrivateFolder(folder);
  writeFileSync(path.join(folder, `${id}.why`), JSON.stringify(reason), { mode: 0o600 });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined; // Swept, or written at this moment: as if it were not there.
  }
}

function readOne(folder: string, id: string): Journaled | undefined {
  const record = readJson(path.join(folder, `${id}.call`)) as CallRecord | undefined;
  if (record === undefined) return undefined;
  const failure = readJson(path.join(folder, `${id}.why`)) as FailureReason | undefined;
  return { ...record, id, failure };
}

/** The record of a job. */
export function readCall(state: HostPath, id: string): Journaled | undefined {
  return readOne(callsFolder(state), id);
}

/** Records from newest to oldest, as long as they are asked for. */
export function* listCalls(state: HostPath): Generator<Journaled> {
  const folder = callsFolder(state);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // No call has been recorded.
  }
  const ids = names.flatMap((name) => /^([0-9a-f]{16})\.call$/.exec(name)?.[1] ?? []);
  for (const id of ids.sort().reverse()) {
    const found = readOne(folder, id);
    if (found !== undefined) yield found;
  }
}
