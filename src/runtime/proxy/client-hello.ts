/** What a TLS client shows before anything is encrypted. */
export interface ClientHello {
  /** Bytes of the records that carry it. */
  readonly length: number;
  /** The server name as sent, or undefined when there is none. */
  readonly serverName: string | undefined;
}

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const LONGEST_RECORD = 16_384;

/** Reads length-prefixed fields; throws RangeError past the end, which makes the hello malformed. */
class FieldReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError("a field of the ClientHello ends too late");
    const field = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return field;
  }

  number(width: 1 | 2 | 3): number {
    return this.take(width).readUIntBE(0, width);
  }

  block(width: 1 | 2 | 3): FieldReader {
    return new FieldReader(this.take(this.number(width)));
  }
}

function readServerName(extension: FieldReader): string {
  const list = extension.block(2);
  const type = list.number(1);
  const name = list.take(list.number(2));
  // A second name, or one of another type, would leave the choice to the server.
  if (type !== 0 || !list.isDone() || !extension.isDone() || name.length === 0)
    throw new RangeError("odd server_name");
  return name.toString("latin1");
}

function readExtensions(body: FieldReader): string | undefined {
  body.take(2 + 32);
  body.block(1);
  body.block(2);
  body.block(1);
  if (body.isDone()) return undefined;
  const extensions = body.block(2);
  if (!body.isDone()) throw new RangeError("bytes behind the extensions");
  let found: string | undefined;
  while (!extensions.isDone()) {
    const type = extensions.number(2);
    const extension = extensions.block(2);
    if (type !== SERVER_NAME) continue;
    if (found !== undefined) throw new RangeError("two server_name extensions");
    found = readServerName(extension);
  }
  return found;
}

interface Handshake {
  readonly message: Buffer;
  readonly length: number;
}

/** Joins the payloads of handshake records until one whole message is there. Undefined: more bytes are needed. */
function joinRecords(bytes: Buffer): Handshake | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const payload = Buffer.concat(parts);
    const wanted = payload.length < 4 ? undefined : 4 + payload.readUIntBE(1, 3);
    if (wanted !== undefined && payload.length > wanted) throw new RangeError("bytes behind the ClientHello");
    if (wanted === payload.length) return { message: payload, length: at };
    if (payload.length > 0 && payload[0] !== CLIENT_HELLO) throw new RangeError("not a ClientHello");
    if (bytes.length < at + 5) return undefined;
    const size = bytes.readUInt16BE(at + 3);
    const known = bytes[at] === HANDSHAKE_RECORD && bytes[at + 1] === 3 && size > 0 && size <= LONGEST_RECORD;
    if (!known) throw new RangeError("not a TLS handshake record");
    if (bytes.length < at + 5 + size) return undefined;
    parts.push(bytes.subarray(at + 5, at + 5 + size));
    at += 5 + size;
  }
}

/**
 * Reads a ClientHello (RFC 8446 §4.1.2, RFC 6066 §3) from the first bytes of a stream, however it is cut into records.
 * Gives undefined while bytes are missing; throws RangeError when it is malformed or names its server ambiguously.
 */
export function readClientHello(bytes: Buffer): ClientHello | undefined {
  const joined = joinRecords(bytes);
  if (joined === undefined) return undefined;
  const { message, length } = joined;
  if (message[0] !== CLIENT_HELLO) throw new RangeError("not a ClientHello");
  return { length, serverName: readExtensions(new FieldReader(message.subarray(4))) };
}
