import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from "node:fs";
import { networkFolders } from "../core/network-place.ts";
import { hostPath, type HostPath, parentOf } from "../core/paths.ts";
import type { FailedCall } from "../explain/failure/failure-reason.ts";
import { explainFailure, renderReason } from "../explain/failure/explain-failure.ts";
import { jobIdOf, readFailureEvent } from "../protocol/failure-event.ts";
import { decide, resolveCall } from "../pipeline.ts";
import type { HookContext } from "./hook-context.ts";
import { listCalls, readCall, recordFailure } from "./call-journal.ts";
import { lazyJudge, lazyPatterns } from "./lazy-judge.ts";
import { logFile } from "./network/event-log.ts";
import type { LoggedEvent } from "./network/logged-event.ts";

/** How much of the end of the network's log is looked at: far more than one call writes. */
const LOG_TAIL = 512 * 1024;

const HOST_NAME = /^[A-Za-z0-9.:-]+$/;

/** Whether this user may do so without a sandbox, at the path or its nearest existing parent. */
function mayAccess(path: HostPath, mode: number): boolean {
  let at = path;
  while (!existsSync(at) && at !== "/") at = parentOf(at);
  try {
    accessSync(at, mode);
    return true;
  } catch {
    return false; // Closed to the user, or read-only on the host itself.
  }
}

function readTail(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return "";
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(Math.min(size, LOG_TAIL));
    const read = readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.subarray(0, read).toString();
  } finally {
    closeSync(descriptor);
  }
}

/** What the proxy refused to a call because of its policy, by the log. */
function readRefused(log: string, callId: string): FailedCall["refused"] {
  const lines = readTail(log)
    .split("\n")
    .filter((line) => line.includes(callId));
  return lines.flatMap((line) => {
    try {
      const { callId: id, decision, host, code } = JSON.parse(line) as Partial<LoggedEvent>;
      if (id !== callId || decision !== "deny" || host === undefined || code === undefined) return [];
      return HOST_NAME.test(host) ? [{ host, code }] : [];
    } catch {
      return []; // The first line of the tail is cut.
    }
  });
}

/** Records that are looked through for a call that was left to the gate; it ended just now. */
const RECENT = 64;

/** The job of a call whose line does not name it. */
function findJob(state: HostPath, toolUseId: string | undefined): string | undefined {
  if (toolUseId === undefined) return undefined;
  let seen = 0;
  for (const { id, toolUseId: other } of listCalls(state)) {
    if (other === toolUseId) return id;
    seen += 1;
    if (seen === RECENT) return undefined;
  }
  return undefined;
}

/**
 * The whole of PostToolUseFailure: stdin's text in, the words for the model out; undefined when the sandbox was not the
 * cause, as far as can be shown.
 */
export function answerFailure(text: string, context: HookContext): string | undefined {
  const event = readFailureEvent(text);
  if (event === undefined) return undefined;
  const { host, site, reader, launcher } = context;
  const id = jobIdOf(event.line) ?? findJob(site.state, event.toolUseId);
  const record = id === undefined ? undefined : readCall(site.state, id);
  if (id === undefined || record === undefined) return undefined;
  const input = {
    host,
    reader,
    launcher,
    projectFolder: hostPath(record.project),
    call: {
      tool: event.tool,
      command: record.subject,
      cwd: hostPath(record.cwd),
      sessionId: record.sessionId,
      toolUseId: record.toolUseId,
      agentId: undefined,
      permissionMode: record.permissionMode,
      background: false,
      wantsUnsandboxed: false,
    },
    toolInput: { command: record.subject },
    judge: lazyJudge(site),
    patterns: lazyPatterns(site),
    temporary: site.temporary,
  };
  const { project, config } = resolveCall(input);
  const decision = decide(input);
  if (decision.kind !== "sandbox") return undefined;
  const reason = explainFailure({
    host,
    engine: decision.engine,
    plan: decision.plan,
    config,
    output: event.error,
    refused: readRefused(logFile(networkFolders(site, host), project.key), id),
    canWrite: (path) => mayAccess(path, constants.W_OK),
    canRead: (path) => mayAccess(path, constants.R_OK),
  });
  if (reason === undefined) return undefined;
  recordFailure(site.state, id, reason);
  return renderReason(reason);
}
