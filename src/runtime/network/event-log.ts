import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import type { NetworkFolders } from "../../core/network-place.ts";
import type { EgressEvent } from "../proxy/egress-types.ts";
import type { LoggedEvent } from "./logged-event.ts";
import { refusalsFile, sweepRefusals } from "./refusals.ts";

/** A log that has grown to this many bytes is set aside, and the one set aside before it goes. */
const LOG_BYTES = 4 * 1024 * 1024;

/** What one call shows at its end; more is in the log. */
const SHOWN_REFUSALS = 8;

/** A job's id, which the hook puts into the proxy's URL as the user name. */
const CALL_ID = /^[0-9a-f]{16}$/;

const PRIVATE = { mode: 0o700, recursive: true } as const;

/** Where a project's decisions are logged. */
export function logFile(folders: NetworkFolders, key: string): string {
  return path.join(folders.logs, `${key}.jsonl`);
}

/** Writes decisions down: all of them into the project's log, refusals also for the call that met them. */
export class EventLog {
  readonly #folders: NetworkFolders;
  readonly #shown = new Map<string, Set<string>>();

  constructor(folders: NetworkFolders) {
    this.#folders = folders;
    for (const folder of [folders.logs, folders.refusals]) mkdirSync(folder, PRIVATE);
  }

  /** Throws when the event cannot be written: then its connection is not made. */
  record(event: EgressEvent): void {
    const file = logFile(this.#folders, event.identity.replace(/[^a-z0-9-]/g, "_"));
    const line: LoggedEvent = { time: new Date().toISOString(), ...event };
    this.#rotate(file);
    appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    if (event.decision !== "allow") this.#show(line);
  }

  #rotate(file: string): void {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > LOG_BYTES) renameSync(file, `${file}.old`);
  }

  /** The call's name is what the client says it is, so it only chooses among files of the client's own project. */
  #show(line: LoggedEvent): void {
    const { identity, callId, reason } = line;
    if (callId === undefined || !CALL_ID.test(callId)) return;
    const name = `${identity}/${callId}`;
    const shown = this.#shown.get(name) ?? new Set();
    if (shown.has(reason) || shown.size >= SHOWN_REFUSALS) return;
    shown.add(reason);
    if (this.#shown.size > 1000) this.#shown.clear();
    this.#shown.set(name, shown);
    const folder = path.join(this.#folders.refusals, identity);
    mkdirSync(folder, PRIVATE);
    if (shown.size === 1) sweepRefusals(folder);
    const write = (file: string, text: string): void => {
      appendFileSync(file, text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
    };
    write(path.join(folder, callId), reason);
    write(refusalsFile(this.#folders, identity, callId), JSON.stringify(line));
  }
}
