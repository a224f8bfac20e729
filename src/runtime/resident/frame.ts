/**
 * What goes over the resident process's socket: one request and one answer for each connection. native/ask.c writes and
 * reads the same. All numbers are little-endian, 32 bits.
 *
 *   request: "SHQ1", nonce (16 bytes), length of the fields, length of the event, fields (each ends with NUL), event
 *   answer:  "SHA1", the request's nonce, kind (one byte), length of the text, text; then the connection ends
 */
const PROTOCOL = "1";
const REQUEST = Buffer.from(`SHQ${PROTOCOL}`);
const ANSWER = Buffer.from(`SHA${PROTOCOL}`);
const NONCE = 16;

export const REQUEST_HEAD = REQUEST.length + NONCE + 4 + 4;
const ANSWER_HEAD = ANSWER.length + NONCE + 1 + 4;

const LONGEST_FIELDS = 64 * 1024;
const LONGEST_EVENT = 4 * 1024 * 1024;

const VERBS = ["decide", "status", "end"] as const;

/** `decide`: answer an event. `status`: how it goes. `end`: for the uninstaller. */
export type Verb = (typeof VERBS)[number];

export interface ResidentRequest {
  readonly nonce: Buffer;
  readonly verb: Verb;
  /** What stands in the folder's file `secret`. */
  readonly secret: string;
  /** Where the hook was started from, as it was named and as it is. */
  readonly libexec: string;
  readonly libexecReal: string;
  /** User, groups, capabilities, namespaces: native/identity.c. */
  readonly identity: string;
  /** The process that asks. */
  readonly pid: number;
  /** When it gives up, in milliseconds of the system's monotonic clock. */
  readonly deadline: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly event: string;
}

/** `answer`: the text is for standard output. `slow`: ask the slow path; the text says why. */
export interface ResidentAnswer {
  readonly kind: "answer" | "slow";
  readonly text: string;
}

const KINDS = { answer: "a", slow: "s" } as const;

export class BadFrame extends Error {}

/** The length of the whole request, of which the head is there. @throws BadFrame */
export function lengthOfRequest(head: Buffer): number {
  if (!head.subarray(0, REQUEST.length).equals(REQUEST)) throw new BadFrame("not a request of this protocol");
  const fields = head.readUInt32LE(REQUEST.length + NONCE);
  const event = head.readUInt32LE(REQUEST.length + NONCE + 4);
  if (fields > LONGEST_FIELDS || event > LONGEST_EVENT) throw new BadFrame("the request is too long");
  return REQUEST_HEAD + fields + event;
}

function readNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new BadFrame("not a number");
  return Number(text);
}

function readVariables(words: readonly string[]): Record<string, string> {
  const pairs = words.map((word) => {
    const at = word.indexOf("=");
    if (at < 1) throw new BadFrame("a variable without a name");
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new BadFrame("a variable twice");
  return Object.fromEntries(pairs);
}

/** @throws BadFrame */
export function decodeRequest(whole: Buffer): ResidentRequest {
  if (whole.length < REQUEST_HEAD || lengthOfRequest(whole) !== whole.length)
    throw new BadFrame("the request does not have the length that it says");
  const end = REQUEST_HEAD + whole.readUInt32LE(REQUEST.length + NONCE);
  const fields = whole.toString("utf8", REQUEST_HEAD, end).split("\0");
  if (fields.pop() !== "") throw new BadFrame("the last field does not end");
  const [name, secret, libexec, libexecReal, identity, pid, deadline, ...variables] = fields;
  const verb = VERBS.find((known) => known === name);
  if (verb === undefined || secret === undefined || libexec === undefined)
    throw new BadFrame("fields are missing");
  if (libexecReal === undefined || identity === undefined || pid === undefined || deadline === undefined)
    throw new BadFrame("fields are missing");
  return {
    nonce: Buffer.from(whole.subarray(REQUEST.length, REQUEST.length + NONCE)),
    ...{ verb, secret, libexec, libexecReal, identity, pid: readNumber(pid) },
    deadline: readNumber(deadline),
    variables: readVariables(variables),
    event: whole.toString("utf8", end),
  };
}

/** `nonce` has 16 bytes. */
export function encodeRequest(request: ResidentRequest): Buffer {
  const { nonce, verb, secret, libexec, libexecReal, identity, variables } = request;
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const numbers = [request.pid, request.deadline].map((number) => number.toString());
  const fields = Buffer.from(
    [verb, secret, libexec, libexecReal, identity, ...numbers, ...words]
      .map((field) => `${field}\0`)
      .join(""),
  );
  const event = Buffer.from(request.event);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(fields.length, 0);
  lengths.writeUInt32LE(event.length, 4);
  return Buffer.concat([REQUEST, nonce, lengths, fields, event]);
}

export function encodeAnswer(nonce: Buffer, { kind, text }: ResidentAnswer): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([ANSWER, nonce, Buffer.from(KINDS[kind]), length, body]);
}

/** Gives undefined for anything but a whole answer to the request with this nonce. */
export function decodeAnswer(whole: Buffer, nonce: Buffer): ResidentAnswer | undefined {
  if (whole.length < ANSWER_HEAD || !whole.subarray(0, ANSWER.length).equals(ANSWER)) return undefined;
  if (!whole.subarray(ANSWER.length, ANSWER.length + NONCE).equals(nonce)) return undefined;
  const letter = whole.toString("latin1", ANSWER_HEAD - 5, ANSWER_HEAD - 4);
  if (whole.readUInt32LE(ANSWER_HEAD - 4) !== whole.length - ANSWER_HEAD) return undefined;
  const text = whole.toString("utf8", ANSWER_HEAD);
  if (letter === KINDS.answer) return { kind: "answer", text };
  return letter === KINDS.slow ? { kind: "slow", text } : undefined;
}
