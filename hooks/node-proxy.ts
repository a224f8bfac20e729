// Preloaded into Node inside a sandbox (NODE_OPTIONS): leads fetch, http and https to the network proxy, as newer releases do
// by NODE_USE_ENV_PROXY. A convenience: what ignores it reaches nothing. Takes effect in releases before 22.21 alone.
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";

type Connected = (error: Error | null, socket?: net.Socket) => void;

const DISPATCHER = Symbol.for("undici.globalDispatcher.1");
const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;
const HEAD_LIMIT = 64 * 1024;

function proxyOf(environment: NodeJS.ProcessEnv): URL | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 21)) return undefined;
  const address = environment["https_proxy"] ?? "";
  return address.startsWith("http://") ? new URL(address) : undefined;
}

/** Opens a connection to a host through the proxy. A refusal is an error with the proxy's own words. */
function openTunnel(proxy: URL, host: string, port: number, connected: Connected): void {
  const authority = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const login = Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`);
  const socket = net.connect(Number(proxy.port), proxy.hostname);
  let head = Buffer.alloc(0);
  const fail = (reason: string): void => {
    socket.off("readable", read).off("error", failed).off("end", ended).destroy();
    connected(new Error(`${authority} was not reached through the proxy: ${reason}`));
  };
  const failed = (error: Error): void => {
    fail(error.message);
  };
  const ended = (): void => {
    fail(head.toString().trim());
  };
  // Not by "data": who gets the socket decides itself how it flows.
  const read = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null)
      head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0 && head.length > HEAD_LIMIT) fail("its answer has no end");
    // The reason of a refusal is in what follows the head, up to the end of the connection.
    if (end < 0 || !/^HTTP\/1\.\d 200 /.test(head.toString("latin1", 0, 13))) return;
    socket.off("readable", read).off("error", failed).off("end", ended);
    if (end + 4 < head.length) socket.unshift(head.subarray(end + 4));
    connected(null, socket);
  };
  socket.on("readable", read).once("error", failed).once("end", ended);
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: Basic ${login.toString("base64")}\r\n\r\n`,
  );
}

function secure(options: tls.ConnectionOptions, host: string, connected: Connected): Connected {
  return (error, socket) => {
    if (socket === undefined) {
      connected(error);
      return;
    }
    const servername = net.isIP(host) === 0 ? { servername: host } : {};
    const secured = tls.connect({ ...servername, ...options, socket });
    secured.once("error", connected).once("secureConnect", () => {
      secured.off("error", connected);
      connected(null, secured);
    });
  };
}

function portOf(port: number | string | undefined, isSecure: boolean): number {
  return Number(port ?? 0) || (isSecure ? 443 : 80);
}

interface Requested extends Omit<tls.ConnectionOptions, "port"> {
  readonly hostname?: string;
  readonly port?: number | string;
  readonly protocol?: string;
  readonly socketPath?: string | null;
}

/** What undici calls for a new connection. */
function connectorFor(proxy: URL) {
  return ({ hostname = "", protocol, port, servername }: Requested, connected: Connected): void => {
    const isSecure = protocol === "https:";
    const to = portOf(port, isSecure);
    const host = hostname.replace(/^\[|\]$/g, "");
    if (LOCAL.test(host)) {
      const options = { host, port: to, ...(servername === undefined ? {} : { servername }) };
      const socket = isSecure ? tls.connect(options) : net.connect(options);
      socket.once("error", connected).once(isSecure ? "secureConnect" : "connect", () => {
        socket.off("error", connected);
        connected(null, socket);
      });
      return;
    }
    const options = { ALPNProtocols: ["http/1.1"], ...(servername ? { servername } : {}) };
    openTunnel(proxy, host, to, isSecure ? secure(options, host, connected) : connected);
  };
}

type Agent = new (options: object) => object;

/** Puts an agent of the built-in undici in place of the default one, when fetch is first used: loading it takes time. */
function leadFetch(proxy: URL): void {
  const plain = globalThis.fetch as typeof fetch | undefined;
  const places = globalThis as unknown as Record<symbol, object | undefined>;
  if (plain === undefined) return;
  const dispatcher = (): object | undefined => places[DISPATCHER];
  let led = false;
  const lead = (): void => {
    led = true;
    if (dispatcher() !== undefined) return; // The program's own.
    Reflect.get(globalThis, "Headers"); // Loads undici, which makes its default agent.
    const Default = dispatcher()?.constructor as Agent | undefined;
    if (Default !== undefined) places[DISPATCHER] = new Default({ connect: connectorFor(proxy) });
  };
  const fetchByProxy: typeof fetch = (input, init) => {
    if (!led) lead();
    return plain(input, init);
  };
  Object.defineProperty(globalThis, "fetch", {
    ...Object.getOwnPropertyDescriptor(globalThis, "fetch"),
    value: Object.defineProperty(fetchByProxy, "name", { value: "fetch" }),
  });
}

interface Connecting {
  createConnection: (
    this: unknown,
    options: Requested & { readonly host?: string },
    connected: Connected,
  ) => net.Socket | undefined;
}

/** Connections of http and https, unless a program brings a way of its own. */
function leadAgent(prototype: Connecting, proxy: URL, isSecure: boolean): void {
  const plain = prototype.createConnection;
  prototype.createConnection = function createConnection(options, connected) {
    const host = options.host ?? "localhost";
    if (LOCAL.test(host) || (options.socketPath ?? options.path) != null)
      return plain.call(this, options, connected);
    const { port, ...security } = options;
    openTunnel(proxy, host, portOf(port, isSecure), isSecure ? secure(security, host, connected) : connected);
    return undefined;
  };
}

const proxy = proxyOf(process.env);
if (proxy !== undefined) {
  leadFetch(proxy);
  leadAgent(http.Agent.prototype as unknown as Connecting, proxy, false);
  leadAgent(https.Agent.prototype as unknown as Connecting, proxy, true);
}
