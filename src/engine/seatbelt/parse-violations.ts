import { type Hint, resolveHint } from "./violation-hints.ts";

/** One denial from the kernel's log. */
export interface Violation {
  readonly process: string;
  readonly processId: number;
  readonly operation: string;
  /** Path, address, service or name; undefined where the operation has none. */
  readonly subject: string | undefined;
  readonly hint: Hint;
}

/** Asked for by the system itself in nearly every process; a refusal changes nothing. */
const NOISE =
  /^(mach-lookup com\.apple\.(analyticsd|diagnosticd)|file-read-\S+ \/dev\/dtracehelper|file-ioctl \/dev\/dtracehelper)/;

const DENIAL =
  /(?:Sandbox|System Policy): (?<process>.+?)\((?<id>\d+)\) deny\(\d+\) (?<operation>[a-z][a-z0-9*-]*)(?: (?<subject>.*))?$/m;

/** The text of one event: the message of an ndjson line, else the line itself (compact style). */
function messageOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const event: unknown = JSON.parse(line);
    const message =
      typeof event === "object" && event !== null && "eventMessage" in event ? event.eventMessage : undefined;
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}

function parseLine(line: string): Violation | undefined {
  const message = messageOf(line);
  if (message.includes("duplicate report")) return undefined;
  const { process, id, operation, subject } = DENIAL.exec(message)?.groups ?? {};
  if (process === undefined || operation === undefined) return undefined;
  const about = subject === undefined || subject.trim() === "" ? undefined : subject.trim();
  if (NOISE.test(`${operation} ${about ?? ""}`)) return undefined;
  const hint = resolveHint(operation, about);
  return { process, processId: Number(id), operation, subject: about, hint };
}

/**
 * Parses what `log show` printed, in ndjson or compact style. Lines that are no denials are skipped, and so are repeats
 * of the same operation and subject; the order is that of the log. Never throws: the log is the system's, and cut off
 * lines are part of it.
 */
export function parseViolations(text: string): readonly Violation[] {
  const seen = new Map<string, Violation>();
  for (const line of text.split("\n")) {
    const violation = parseLine(line);
    if (violation === undefined) continue;
    const key = `${violation.operation} ${violation.subject ?? ""}`;
    if (!seen.has(key)) seen.set(key, violation);
  }
  return [...seen.values()];
}
