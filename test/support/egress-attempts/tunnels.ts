import { absolute, clientHello, connect, inner, serverName } from "../client-bytes.ts";
import { OK, type Attempt, type Bytes } from "./attempt.ts";

const hello =
  (...extensions: readonly (readonly number[])[]): Bytes =>
  (p) =>
    connect(`${OK}:${p}`, clientHello({ extensions }));
const inTunnel =
  (inside: (port: number) => string): Bytes =>
  (p) =>
    connect(`${OK}:${p}`, inside(p));
const GOOD_HELLO = hello(serverName(OK));

// Allowed host, but what runs in the tunnel says otherwise.
export const TUNNELS: readonly Attempt[] = [
  ["another SNI", "sni-mismatch", hello(serverName("evil.test")), GOOD_HELLO],
  [
    "an SNI that only ends alike",
    "sni-mismatch",
    hello(serverName(`evil-${OK}`)),
    hello(serverName("OK.test")),
  ],
  ["an SNI with NUL", "sni-mismatch", hello(serverName(`${OK}\0.evil.test`)), GOOD_HELLO],
  ["no SNI", "sni-missing", hello(), GOOD_HELLO],
  ["two names in one SNI", "protocol-refused", hello(serverName(OK, "evil.test")), GOOD_HELLO],
  [
    "two SNI extensions",
    "protocol-refused",
    hello(serverName(OK), serverName("evil.test")),
    hello(serverName(OK), [0, 43, 0, 0]),
  ],
  ["an SNI of another type", "protocol-refused", hello([0, 0, 0, 5, 0, 3, 1, 0, 0]), GOOD_HELLO],
  ["an SNI past its end", "protocol-refused", hello([0, 0, 0, 5, 0, 9, 0, 0, 0]), GOOD_HELLO],
  [
    "another SNI cut into records",
    "sni-mismatch",
    (p) => connect(`${OK}:${p}`, clientHello({ extensions: [serverName("evil.test")], recordSize: 7 })),
    (p) => connect(`${OK}:${p}`, clientHello({ extensions: [serverName(OK)], recordSize: 7 })),
  ],
  [
    "a record that is no handshake",
    "protocol-refused",
    (p) => connect(`${OK}:${p}`, Buffer.from([22, 9, 9, 0, 1, 1])),
    GOOD_HELLO,
  ],
  [
    "another Host inside",
    "host-header-mismatch",
    inTunnel((p) => inner(`evil.test:${p}`)),
    inTunnel((p) => inner(`${OK}:${p}`)),
  ],
  [
    "another port in the Host inside",
    "host-header-mismatch",
    inTunnel(() => inner(`${OK}:1`)),
    inTunnel((p) => inner(`${OK}:${p}`)),
  ],
  [
    "two Hosts inside",
    "protocol-refused",
    inTunnel(() => inner(OK, "Host: evil.test\r\n")),
    inTunnel(() => inner(OK)),
  ],
  [
    "no Host inside",
    "protocol-refused",
    inTunnel(() => "GET / HTTP/1.1\r\nX: y\r\n\r\n"),
    inTunnel(() => inner(OK)),
  ],
  [
    "an absolute target inside",
    "protocol-refused",
    inTunnel(() => absolute("http://evil.test/", OK)),
    inTunnel(() => inner(OK)),
  ],
  [
    "bare line feeds inside",
    "protocol-refused",
    inTunnel(() => `GET / HTTP/1.1\nHost: evil.test\n\n`),
    inTunnel(() => inner(OK)),
  ],
  [
    "a folded Host inside",
    "protocol-refused",
    inTunnel(() => `GET / HTTP/1.1\r\nHost:\r\n evil.test\r\n\r\n`),
    inTunnel(() => inner(OK)),
  ],
  [
    "HTTP/2 without TLS",
    "protocol-refused",
    inTunnel(() => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    inTunnel(() => inner(OK)),
  ],
  [
    "SSH on a port no rule names",
    "protocol-refused",
    inTunnel(() => "SSH-2.0-x\r\n"),
    (p) => connect(`named.test:${p}`, "SSH-2.0-x\r\n"),
  ],
  [
    "other bytes on a port no rule names",
    "protocol-refused",
    inTunnel(() => "\x01\x02\x03"),
    (p) => connect(`named.test:${p}`, "\x01\x02\x03"),
  ],
  [
    "a second proxy inside",
    "protocol-refused",
    inTunnel((p) => `CONNECT 127.0.0.2:${p} HTTP/1.1\r\n\r\n`),
    inTunnel(() => inner(OK)),
  ],
];
