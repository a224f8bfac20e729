import type { Socket } from "node:net";
import type { ProxyCredential } from "./credentials.ts";
import { authenticate, type Door, type ProxyContext } from "./door.ts";
import { EgressError, malformedError } from "./egress-error.ts";
import { endWith } from "./http-reply.ts";
import { openTunnel } from "./open-tunnel.ts";
import { readUntil } from "./read-head.ts";
import { recordMalformed } from "./record-malformed.ts";
import { readDestination } from "./authorize-destination.ts";

const VERSION = 5;
const NO_AUTH = 0x00;
const PASSWORD = 0x02;
const NO_METHOD = 0xff;
const CONNECT = 0x01;
const SUCCEEDED = 0x00;

type Take = (length: number) => Promise<Buffer>;

function reply(code: number): Buffer {
  return Buffer.from([VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}

async function takeBlock(take: Take): Promise<Buffer> {
  const [length = 0] = await take(1);
  return length === 0 ? Buffer.alloc(0) : take(length);
}

async function takeCredential(take: Take): Promise<ProxyCredential> {
  const [version] = await take(1);
  if (version !== 1) throw new Error("unknown version of user and password");
  const user = await takeBlock(take);
  const password = await takeBlock(take);
  return { user: user.toString("latin1"), password: password.toString("latin1") };
}

/** Chooses a method, RFC 1928 §3. With a password door, no other method is offered. */
async function negotiate(client: Socket, take: Take, door: Door): Promise<ProxyCredential | undefined> {
  const [version] = await take(1);
  if (version !== VERSION) throw new Error("not SOCKS5");
  const methods = await takeBlock(take);
  if (methods.includes(PASSWORD)) {
    client.write(Buffer.from([VERSION, PASSWORD]));
    return takeCredential(take);
  }
  if (methods.includes(NO_AUTH) && !door.requiresCredential) {
    client.write(Buffer.from([VERSION, NO_AUTH]));
    return undefined;
  }
  endWith(client, Buffer.from([VERSION, NO_METHOD]));
  throw new Error("no acceptable method");
}

interface SocksRequest {
  readonly command: number;
  readonly host: string;
  readonly port: number;
}

async function takeHost(take: Take, type: number | undefined): Promise<string> {
  if (type === 1) return [...(await take(4))].join(".");
  // Latin-1 keeps every byte: what is not a host character, NUL first of all, is then refused and not cut off.
  if (type === 3) return (await takeBlock(take)).toString("latin1");
  if (type !== 4)
    throw new EgressError("malformed", "unknown address type", { status: 400, socksReply: 0x08 });
  const bytes = await take(16);
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return `[${groups.join(":")}]`;
}

async function takeRequest(take: Take): Promise<SocksRequest> {
  const [version, command = 0, , type] = await take(4);
  if (version !== VERSION) throw new Error("not SOCKS5");
  const host = await takeHost(take, type);
  return { command, host, port: (await take(2)).readUInt16BE(0) };
}

function checkRequest({ command, host, port }: SocksRequest): ReturnType<typeof readDestination> {
  if (command !== CONNECT) {
    throw new EgressError("malformed", "only CONNECT is served", { status: 400, socksReply: 0x07 });
  }
  if (port === 0) throw malformedError("port 0 cannot be connected to");
  return readDestination(host, port);
}

function startReading(client: Socket, context: ProxyContext): Take {
  const deadline = Date.now() + context.limits.headMs;
  return (length) => {
    const ms = Math.max(1, deadline - Date.now());
    return readUntil(client, { bytes: context.limits.headBytes, ms }, (seen) =>
      seen.length >= length ? length : undefined,
    );
  };
}

function finishWithError(client: Socket, error: unknown): void {
  if (!(error instanceof EgressError)) client.destroy();
  else if (error.code === "unauthenticated") endWith(client, Buffer.from([1, 1]));
  else endWith(client, reply(error.socksReply));
}

/** Serves one SOCKS5 client (RFC 1928, 1929): CONNECT only, names preferred. Never rejects. */
export async function serveSocks(context: ProxyContext, door: Door, client: Socket): Promise<void> {
  const take = startReading(client, context);
  try {
    const credential = await negotiate(client, take, door);
    const caller = authenticate(context, door, { socket: client, protocol: "socks5", credential });
    if (credential !== undefined) client.write(Buffer.from([1, 0]));
    const request = await takeRequest(take);
    const destination = recordMalformed(context, caller, request.host, () => checkRequest(request));
    await openTunnel(context, { caller, destination, client, greeting: reply(SUCCEEDED) });
  } catch (error) {
    finishWithError(client, error);
  }
}
