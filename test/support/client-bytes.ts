/** Raw requests of proxy clients, for tests that need bytes no well-behaved client would send. */

/** A plain request for one host, as it runs inside a tunnel. */
export function inner(host: string, more = ""): string {
  return `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
}

/** CONNECT and, without waiting for the answer, what runs inside. */
export function connect(
  authority: string,
  inside: string | Buffer,
  headers = `Host: ${authority}\r\n`,
): Buffer {
  const head = Buffer.from(`CONNECT ${authority} HTTP/1.1\r\n${headers}\r\n`, "latin1");
  return Buffer.concat([head, typeof inside === "string" ? Buffer.from(inside, "latin1") : inside]);
}

/** An absolute-form request. */
export function absolute(target: string, host: string, more = ""): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff];

/** SOCKS5 greeting, request and first bytes in one go. */
export function socks(host: string | readonly number[], port: number, inside: string, command = 1): Buffer {
  const name = typeof host === "string" ? [...Buffer.from(host, "latin1")] : host;
  const type = typeof host === "string" ? [3, name.length] : [name.length === 4 ? 1 : 4];
  const head = Buffer.from([5, 1, 0, 5, command, 0, ...type, ...name, ...u16(port)]);
  return Buffer.concat([head, Buffer.from(inside, "latin1")]);
}

const sized = (width: number, bytes: readonly number[]): number[] => {
  const size = Array.from(
    { length: width },
    (_, index) => (bytes.length >> (8 * (width - 1 - index))) & 0xff,
  );
  return [...size, ...bytes];
};

/** The server_name extension with these names. */
export function serverName(...names: readonly string[]): number[] {
  const list = names.flatMap((name) => [0, ...sized(2, [...Buffer.from(name, "latin1")])]);
  return [...u16(0), ...sized(2, sized(2, list))];
}

export interface HelloShape {
  /** Extensions, each with type and length. */
  readonly extensions: readonly (readonly number[])[];
  /** Bytes of the message per record; one record when left out. */
  readonly recordSize?: number;
}

/** A TLS ClientHello, well-formed unless its extensions are not. */
export function clientHello({ extensions, recordSize }: HelloShape): Buffer {
  const random = Array.from({ length: 32 }, (_, index) => index);
  const body = [3, 3, ...random, 0, ...sized(2, [0x13, 0x01]), 1, 0, ...sized(2, extensions.flat())];
  const message = [1, ...sized(3, body)];
  const step = recordSize ?? message.length;
  const records: number[] = [];
  for (let at = 0; at < message.length; at += step)
    records.push(22, 3, 1, ...sized(2, message.slice(at, at + step)));
  return Buffer.from(records);
}
