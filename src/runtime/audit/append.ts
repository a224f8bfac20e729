import { closeSync, ftruncateSync, openSync, readFileSync, statSync, truncateSync, writeSync } from "node:fs";
import type { AuditEvent, AuditRecord } from "../../core/audit.ts";
import { EMPTY, type Head, readHead, writeHead } from "./head.ts";
import { type AuditPlace, chainFile, type Digest } from "./place.ts";
import { clearSpool, collectWaiting, spoolNames } from "./spool.ts";

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function parseRecord(line: string): AuditRecord | undefined {
  try {
    return JSON.parse(line) as AuditRecord;
  } catch {
    return undefined; // No record of ours: whoever verifies the chain will say so.
  }
}

/**
 * A writer that was killed between the chain and the head leaves lines behind the head: those that follow from it count,
 * and half a line at the end is taken away, since its event still waits. Anything else stays for `audit verify` to see.
 */
function recover(place: AuditPlace, head: Head, digest: Digest): Head {
  const file = chainFile(place, head.file);
  const size = sizeOf(file);
  if (size === head.bytes) return head;
  if (size < head.bytes) return { ...head, bytes: size };
  const tail = readFileSync(file).subarray(head.bytes);
  const whole = tail.lastIndexOf(0x0a) + 1;
  if (whole < tail.length) truncateSync(file, head.bytes + whole);
  let { seq, hash } = head;
  const taken = [...head.taken];
  for (const line of tail.subarray(0, whole).toString("utf8").split("\n").slice(0, -1)) {
    const record = parseRecord(line);
    if (record?.prev !== hash || record.seq !== seq + 1) break;
    seq += 1;
    hash = digest(line);
    taken.push(...spoolNames(record));
  }
  return { ...head, bytes: head.bytes + whole, seq, hash, taken };
}

/** All or nothing: what a full disk cut short is taken back. */
function appendText(file: string, text: string): void {
  const descriptor = openSync(file, "a", 0o600);
  try {
    const bytes = Buffer.from(text);
    const before = sizeOf(file);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    } catch (error) {
      ftruncateSync(descriptor, before);
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Fields in the order in which people read a line. */
function renderRecord(event: AuditEvent, seq: number, prev: string): string {
  return JSON.stringify({ seq, ...event, prev } satisfies AuditRecord);
}

function placeOf(head: Head, text: string, maxBytes: number): Pick<Head, "file" | "bytes"> {
  const full = head.bytes > 0 && head.bytes + Buffer.byteLength(text) > maxBytes;
  return full ? { file: head.file + 1, bytes: 0 } : head;
}

/**
 * Gives everything that waits, and then `own`, a place in the chain. Only the holder of the lock may call it. Order: the
 * chain, the head, the spool; whoever comes after a kill in between finds out from the head what was done.
 */
export function appendToChain(
  place: AuditPlace,
  own: readonly AuditEvent[],
  { maxBytes, digest }: { readonly maxBytes: number; readonly digest: Digest },
): void {
  const head = recover(place, readHead(place) ?? EMPTY, digest);
  const waiting = collectWaiting(place, new Set(head.taken));
  const events = [...waiting.events, ...own];
  let { seq, hash } = head;
  let text = "";
  for (const event of events) {
    seq += 1;
    const line = renderRecord(event, seq, hash);
    hash = digest(line);
    text += `${line}\n`;
  }
  const at = placeOf(head, text, maxBytes);
  if (text !== "") appendText(chainFile(place, at.file), text);
  writeHead(place, {
    file: at.file,
    bytes: at.bytes + Buffer.byteLength(text),
    seq,
    hash,
    taken: waiting.names,
  });
  clearSpool(place, new Set([...head.taken, ...waiting.names]));
}
