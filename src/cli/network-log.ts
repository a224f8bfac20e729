import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { NetworkFolders } from "../core/network-place.ts";
import { logFile } from "../runtime/network/event-log.ts";
import { type LoggedEvent, parseEvent, readEvents } from "../runtime/network/logged-event.ts";

/** How often a followed log is looked at. Milliseconds. */
const LOOK_MS = 250;

/** Everything of a project's log that is kept, oldest first. */
export function readLog(folders: NetworkFolders, key: string): readonly LoggedEvent[] {
  const file = logFile(folders, key);
  return [...readEvents(`${file}.old`), ...readEvents(file)];
}

/** One event as a line for people. Whatever a client has sent was put into printable ASCII when it was written down. */
export function renderEvent({
  time,
  decision,
  host,
  port,
  code,
  rule,
  change,
  protocol,
}: LoggedEvent): string {
  const place = port === undefined ? host : `${host}:${port}`;
  const why = decision === "allow" ? (rule ?? code) : code;
  const add = change === undefined ? "" : `  add ${JSON.stringify(change.entry)} to ${change.key}`;
  const word = { allow: "allowed", deny: "refused", error: "failed " }[decision];
  return `${time.slice(0, 19).replace("T", " ")}  ${word}  ${place === "" ? "-" : place}  ${protocol}  ${why}${add}`;
}

/** Reads what is appended to a file, line by line; starts over when another file takes its place. */
class Tail {
  readonly #file: string;
  #descriptor: number | undefined;
  #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(file: string) {
    this.#file = file;
  }

  /** The whole lines that are new. */
  read(): readonly string[] {
    const lines = this.#drain();
    if (this.#descriptor === undefined || this.#isReplaced(this.#descriptor)) {
      if (this.#descriptor !== undefined) closeSync(this.#descriptor);
      this.#descriptor = existsSync(this.#file) ? openSync(this.#file, "r") : undefined;
      this.#decoder = new StringDecoder("utf8");
      this.#rest = "";
      return [...lines, ...this.#drain()];
    }
    return lines;
  }

  #isReplaced(descriptor: number): boolean {
    if (!existsSync(this.#file)) return false;
    const fresh = openSync(this.#file, "r");
    try {
      return fstatSync(fresh).ino !== fstatSync(descriptor).ino;
    } finally {
      closeSync(fresh);
    }
  }

  #drain(): readonly string[] {
    if (this.#descriptor === undefined) return [];
    const block = Buffer.alloc(65_536);
    for (let count = -1; count !== 0;) {
      count = readSync(this.#descriptor, block, 0, block.length, null);
      this.#rest += this.#decoder.write(block.subarray(0, count));
    }
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }
}

/** Gives each event of the log, those that are there first, until the signal comes. */
export async function followLog(
  {
    folders,
    key,
    signal,
  }: { readonly folders: NetworkFolders; readonly key: string; readonly signal: AbortSignal },
  tell: (event: LoggedEvent) => void,
): Promise<void> {
  const tail = new Tail(logFile(folders, key));
  while (!signal.aborted) {
    tail.read().flatMap(parseEvent).forEach(tell);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
