import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MARK } from "../support/recording-server.ts";
import { absolute, clientHello, connect, inner, serverName, socks } from "../support/client-bytes.ts";
import { exchange, startEgressWorld, type EgressWorld } from "../support/egress-world.ts";

type Bytes = (port: number) => string | Buffer;

/** Name, code of the refusal, the attempt, and its twin that differs only in being allowed. */
type Attempt = readonly [name: string, code: string, attempt: Bytes, twin: Bytes];

const OK = "ok.test";
const viaConnect =
  (host: string): Bytes =>
  (port) =>
    connect(`${host}:${port}`, inner(`${host}:${port}`));
const viaHttp =
  (host: string): Bytes =>
  (port) =>
    absolute(`http://${host}:${port}/`, `${host}:${port}`);
const viaSocks =
  (host: string | readonly number[], named = typeof host === "string" ? host : host.join(".")): Bytes =>
  (port) =>
    socks(host, port, inner(`${named}:${port}`));

// Spellings of hosts: [attempt, code, twin]. Each goes through CONNECT, through plain HTTP and through SOCKS5.
const HOSTS: readonly (readonly [host: string, code: string, twin: string])[] = [
  ["evil.test", "host-not-listed", OK],
  ["notok.test", "host-not-listed", OK],
  ["ok.test.evil.test", "host-not-listed", "OK.Test"],
  ["ok.test..", "malformed", "ok.test."],
  [".ok.test", "malformed", OK],
  ["ok.tes", "host-not-listed", OK],
  ["wild.example", "host-not-listed", "a.wild.example"],
  ["awild.example", "host-not-listed", "a.b.wild.example"],
  ["evil.wild.example", "host-denied", "good.wild.example"],
  ["EVIL.wild.example.", "host-denied", "GOOD.wild.example."],
  ["127.0.0.2", "host-not-listed", "127.0.0.1"],
  ["2130706434", "host-not-listed", "2130706433"],
  ["0x7f000002", "host-not-listed", "0x7f000001"],
  ["0177.0.0.2", "host-not-listed", "0177.0.0.1"],
  ["127.2", "host-not-listed", "127.1"],
  ["[::ffff:127.0.0.2]", "host-not-listed", "[::ffff:127.0.0.1]"],
  ["[::ffff:7f00:2]", "host-not-listed", "[::ffff:7f00:1]"],
  ["[::1]", "host-not-listed", "127.0.0.1"],
  ["localhost", "host-not-listed", "127.0.0.1"],
  ["xn--bcher-kva.test", "host-not-listed", "xn--mnchen-3ya.test"],
  ["o%6b.test", "malformed", OK],
];

// Bytes that HTTP parsers refuse by themselves, so only SOCKS carries them.
const SOCKS_HOSTS: readonly (readonly [host: string, twin: string])[] = [
  ["evil.test\0.wild.example", "a.wild.example"],
  ["127.0.0.2\0.wild.example", "a.wild.example"],
  ["ok.test\0", OK],
  ["ok.test\r\nHost: evil.test", OK],
  ["ok.test evil.test", OK],
  ["user@ok.test", OK],
  ["ok.test/", OK],
  ["ok.test#.wild.example", "a.wild.example"],
  ["ok.test\\.wild.example", "a.wild.example"],
  ["ok.test\x7f", OK],
  ["ok.test\xad", OK],
  ["fe80::1%lo", OK],
  ["*.wild.example", "a.wild.example"],
  ["", OK],
];

// What an allowed name may not resolve to. The twin is the same name at the allowed address.
const ADDRESSES: readonly string[] = [
  "127.0.0.2",
  "0.0.0.0",
  "169.254.169.254",
  "100.100.100.200",
  "10.0.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.1.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.2",
  "::ffff:10.0.0.1",
  "::ffff:0:127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::a00:1",
  "2002:7f00:1::",
  "2002:a9fe:a9fe::1",
  "2001:0:4136:e378:8000:63bf:80ff:fffe",
  "fd00:ec2::254",
  "fc00::1",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "2001:db8::5efe:10.0.0.1",
];

const FRAMES: readonly Attempt[] = [
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
const TUNNELS: readonly Attempt[] = [
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

describe("the egress proxy lets nothing past its policy", () => {
  let world: EgressWorld;

  beforeAll(async () => {
    world = await startEgressWorld((port) => ({
      mode: "allowlist",
      allowedDomains: [OK, "*.wild.example", "127.0.0.1", "münchen.test", `named.test:${port}`],
      deniedDomains: ["evil.wild.example"],
      allowedPorts: [port],
      allowedAddresses: ["127.0.0.1"],
    }));
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.events.length = 0;
  });

  const refuses = async (bytes: Bytes, code: string): Promise<void> => {
    const before = world.allowed.received.length;
    const answer = await exchange(world.socket, bytes(world.allowed.port));
    expect(answer).not.toContain(MARK);
    expect(world.allowed.received.length).toBe(before);
    expect(world.forbidden.connections()).toBe(0);
    const codes = world.events.filter((event) => event.decision === "deny").map((event) => event.code);
    expect(codes).toEqual(code === "none" ? codes : [code]);
  };
  const serves = async (bytes: Bytes): Promise<void> => {
    const before = world.allowed.received.length;
    const answer = await exchange(world.socket, bytes(world.allowed.port));
    expect(answer).toContain(MARK);
    expect(world.allowed.received.length).toBe(before + 1);
  };

  describe.each(HOSTS)("host %j", (host, code, twin) => {
    it("is refused through CONNECT, while its twin is served", async () => {
      await refuses(viaConnect(host), code);
      await serves(viaConnect(twin));
    });
    it("is refused as plain HTTP, while its twin is served", async () => {
      await refuses(viaHttp(host), code);
      await serves(viaHttp(twin));
    });
    it("is refused through SOCKS5, while its twin is served", async () => {
      await refuses(viaSocks(host), code);
      await serves(viaSocks(twin));
    });
  });

  it.each(SOCKS_HOSTS)("refuses the SOCKS5 host %j, and serves %j", async (host, twin) => {
    await refuses(viaSocks(host), "malformed");
    await serves(viaSocks(twin));
  });

  it.each(ADDRESSES)(
    "refuses an allowed name that is at %s, and serves it at an allowed address",
    async (address) => {
      const name = "moves.wild.example";
      for (const via of [viaConnect, viaHttp, viaSocks]) {
        world.events.length = 0;
        world.names.set(name, [[address], ["127.0.0.1"]]);
        await refuses(via(name), "address-refused");
        await serves(via(name));
      }
    },
  );

  it.each(FRAMES)("refuses %s", async (_name, code, attempt, twin) => {
    await refuses(attempt, code);
    await serves(twin);
  });

  it.each(TUNNELS)("refuses a tunnel that carries %s", async (_name, code, attempt, twin) => {
    await refuses(attempt, code);
    await serves(twin);
  });

  it("asks the resolver once and connects to what was checked, whatever the next answer is", async () => {
    const name = "rebinds.wild.example";
    for (const via of [viaConnect, viaHttp, viaSocks]) {
      world.names.set(name, [["127.0.0.1"], ["127.0.0.2"]]);
      world.lookups.length = 0;
      await serves(via(name));
      expect(world.lookups).toEqual([name]);
      await refuses(via(name), "address-refused");
      world.events.length = 0;
    }
  });

  it("connects to the permitted address of a mixed answer only", async () => {
    world.names.set("mixed.wild.example", [["127.0.0.2", "127.0.0.1"]]);
    await serves(viaConnect("mixed.wild.example"));
    expect(world.forbidden.connections()).toBe(0);
  });

  it("never looks a refused name up", async () => {
    world.lookups.length = 0;
    await refuses(viaConnect("secret-data.evil.test"), "host-not-listed");
    expect(world.lookups).toEqual([]);
  });

  it("sends a redirect back to the client, who needs a permission of its own for the new place", async () => {
    await serves(viaHttp(OK));
    await refuses(viaHttp("redirected.test"), "host-not-listed");
  });

  it("takes a second request on one connection for nothing", async () => {
    const before = world.allowed.received.length;
    const { port } = world.allowed;
    const two =
      absolute(`http://${OK}:${port}/1`, `${OK}:${port}`) +
      absolute(`http://evil.test:${port}/2`, `evil.test:${port}`);
    const answer = await exchange(world.socket, two);
    expect(answer.split(MARK)).toHaveLength(2);
    expect(world.allowed.received.length).toBe(before + 1);
    expect(world.forbidden.connections()).toBe(0);
  });

  it("passes no hop-by-hop header on, nor any that Connection names", async () => {
    const { port } = world.allowed;
    const more =
      "Connection: X-Gone, keep-alive\r\nX-Gone: 1\r\nProxy-Authorization: Basic YTpi\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Stays: 1\r\n";
    await exchange(world.socket, absolute(`http://${OK}:${port}/x`, `${OK}:${port}`, more));
    expect(world.allowed.received.at(-1)).toBe(
      `GET /x HTTP/1.1\r\nHost: ${OK}:${port}\r\nX-Stays: 1\r\nConnection: close\r\n\r\n`,
    );
  });
});
