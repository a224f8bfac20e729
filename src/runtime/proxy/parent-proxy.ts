import net from "node:net";
import tls from "node:tls";
import type { ParentProxy } from "../../policy/network/parse-parent-proxy.ts";
import type { AuthorizedRoute } from "./egress-types.ts";
import { readHead } from "./read-head.ts";
import { whenConnected } from "./when-connected.ts";
import { quoteText } from "../../policy/network/quote-text.ts";

const HEAD_BYTES = 16_384;

/** Value of Proxy-Authorization for a parent, or undefined. */
export function authorizationFor({ login }: ParentProxy): string | undefined {
  return login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
}

/** A connection to the parent itself, TLS included. */
export async function connectToParent(parent: ParentProxy, ms: number): Promise<net.Socket> {
  const { host, port } = parent;
  if (!parent.secure) {
    const socket = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
    await whenConnected(socket, ms);
    return socket;
  }
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = tls.connect({ host, port, ...servername });
  await whenConnected(socket, ms, "secureConnect");
  return socket;
}

/** A tunnel through the parent. Throws with the parent's own status line when it refuses. */
export async function openThroughParent(
  parent: ParentProxy,
  route: AuthorizedRoute,
  ms: number,
): Promise<net.Socket> {
  const socket = await connectToParent(parent, ms);
  const authority = `${net.isIPv6(route.host) ? `[${route.host}]` : route.host}:${route.port}`;
  const authorization = authorizationFor(parent);
  const credential = authorization === undefined ? "" : `Proxy-Authorization: ${authorization}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credential}\r\n`);
  try {
    const head = await readHead(socket, { bytes: HEAD_BYTES, ms });
    const status = /^HTTP\/1\.[01] (\d{3})[^\r\n]*/u.exec(head);
    if (status?.[1] === "200") return socket;
    throw new Error(`the parent proxy answered ${quoteText(status?.[0] ?? head)}`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
