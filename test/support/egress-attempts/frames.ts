import { absolute, connect, inner, socks } from "../client-bytes.ts";
import { OK, viaConnect, viaHttp, viaSocks, type Attempt } from "./attempt.ts";

/** Requests whose framing, target or headers disagree. */
export const FRAMES: readonly Attempt[] = [
  [
    "a scheme other than http",
    "malformed",
    (p) => absolute(`https://${OK}:${p}/`, `${OK}:${p}`),
    viaHttp(OK),
  ],
  ["userinfo in the target", "malformed", (p) => absolute(`http://${OK}@evil.test:${p}/`, OK), viaHttp(OK)],
  [
    "userinfo before an allowed host",
    "malformed",
    (p) => absolute(`http://evil.test@${OK}:${p}/`, `${OK}:${p}`),
    viaHttp(OK),
  ],
  [
    "a backslash in the authority",
    "malformed",
    (p) => absolute(`http://evil.test:${p}\\@${OK}/`, OK),
    viaHttp(OK),
  ],
  ["an origin-form request", "malformed", (p) => absolute("/", `${OK}:${p}`), viaHttp(OK)],
  [
    "another Host than the target",
    "malformed",
    (p) => absolute(`http://${OK}:${p}/`, `evil.test:${p}`),
    viaHttp(OK),
  ],
  ["another port in Host", "malformed", (p) => absolute(`http://${OK}:${p}/`, `${OK}:1`), viaHttp(OK)],
  [
    "two Host headers",
    "malformed",
    (p) => absolute(`http://${OK}:${p}/`, `${OK}:${p}`, "Host: evil.test\r\n"),
    viaHttp(OK),
  ],
  [
    "no Host header",
    "malformed",
    (p) => `GET http://${OK}:${p}/ HTTP/1.1\r\n\r\n`,
    (p) => `GET http://${OK}:${p}/ HTTP/1.0\r\n\r\n`,
  ],
  [
    "length and chunks together",
    "malformed",
    (p) =>
      absolute(`http://${OK}:${p}/`, `${OK}:${p}`, "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
    viaHttp(OK),
  ],
  [
    "two lengths",
    "malformed",
    (p) => absolute(`http://${OK}:${p}/`, `${OK}:${p}`, "Content-Length: 0\r\nContent-Length: 5\r\n"),
    viaHttp(OK),
  ],
  [
    "an odd transfer coding",
    "malformed",
    (p) => absolute(`http://${OK}:${p}/`, `${OK}:${p}`, "Transfer-Encoding: xchunked\r\n"),
    viaHttp(OK),
  ],
  [
    "a folded header",
    "malformed",
    (p) => absolute(`http://${OK}:${p}/`, `${OK}:${p}`, "X-A: b\r\n Host: evil.test\r\n"),
    viaHttp(OK),
  ],
  [
    "bare line feeds",
    "malformed",
    (p) => `GET http://${OK}:${p}/ HTTP/1.1\nHost: evil.test\n\n`,
    viaHttp(OK),
  ],
  [
    "a space before a colon",
    "malformed",
    (p) => absolute(`http://${OK}:${p}/`, `${OK}:${p}`, "Host : evil.test\r\n"),
    viaHttp(OK),
  ],
  ["CONNECT without a port", "malformed", () => connect(OK, inner(OK)), viaConnect(OK)],
  ["CONNECT with port 0", "malformed", () => connect(`${OK}:0`, inner(OK)), viaConnect(OK)],
  [
    "CONNECT with a port that wraps",
    "malformed",
    (p) => connect(`${OK}:${p + 65536}`, inner(OK)),
    viaConnect(OK),
  ],
  ["CONNECT to another port", "port-not-listed", () => connect(`${OK}:1`, inner(OK)), viaConnect(OK)],
  [
    "CONNECT with another Host",
    "malformed",
    (p) => connect(`${OK}:${p}`, inner(`${OK}:${p}`), "Host: evil.test\r\n"),
    viaConnect(OK),
  ],
  [
    "CONNECT with two Hosts",
    "malformed",
    (p) => connect(`${OK}:${p}`, inner(`${OK}:${p}`), `Host: ${OK}:${p}\r\nHost: evil.test\r\n`),
    viaConnect(OK),
  ],
  [
    "CONNECT with a body",
    "malformed",
    (p) => connect(`${OK}:${p}`, inner(`${OK}:${p}`), "Content-Length: 3\r\n"),
    viaConnect(OK),
  ],
  [
    "CONNECT with userinfo",
    "malformed",
    (p) => connect(`evil@${OK}:${p}`, inner(`${OK}:${p}`), ""),
    viaConnect(OK),
  ],
  ["SOCKS BIND", "none", (p) => socks(OK, p, inner(`${OK}:${p}`), 2), viaSocks(OK)],
  ["SOCKS UDP", "none", (p) => socks(OK, p, inner(`${OK}:${p}`), 3), viaSocks(OK)],
  ["SOCKS port 0", "malformed", () => socks(OK, 0, inner(OK)), viaSocks(OK)],
  ["SOCKS by address", "host-not-listed", viaSocks([127, 0, 0, 2]), viaSocks([127, 0, 0, 1])],
  [
    "SOCKS by mapped address",
    "host-not-listed",
    viaSocks([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 2], "127.0.0.2"),
    viaSocks([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1], "127.0.0.1"),
  ],
  ["SOCKS4", "none", (p) => Buffer.from([4, 1, p >> 8, p & 255, 127, 0, 0, 1, 0]), viaSocks(OK)],
];
