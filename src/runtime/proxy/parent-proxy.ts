import net from "node:net";
import tls from "node:tls";
import { InputError } from "../../core/errors.ts";
import type { AuthorizedRoute, ParentProxy } from "./egress-types.ts";
import { readHead } from "./read-head.ts";
import { whenConnected } from "./when-connected.ts";
import { quoteText } from "../../policy/network/quote-text.ts";

const HEAD_BYTES = 16_384;

/**
 * Reads `network.parentProxy`. Throws InputError `network.parent-proxy` for anything but an http or https URL without a
 * path. The message leaves the value out: it may hold a password.
 */
export function parseParentProxy(text: string): ParentProxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && ["", "/"].includes(url.pathname) && url.search === "" && url.hash === "";
  if (!plain || !["http:", "https:"].includes(url.protocol)) {
    throw new InputError({
      code: "network.parent-proxy",
      message: "network.parentProxy is not the URL of an HTTP proxy",
      hint: "Write http://host:port or https://host:port, with user:password@ in front of the host if it needs one.",
    });
  }
  const secure = url.protocol === "https:";
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/gu, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    authorization: user === ":" ? undefined : `Basic ${Buffer.from(user).toString("base64")}`,
  };
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
  const credential =
    parent.authorization === undefined ? "" : `Proxy-Authorization: ${parent.authorization}\r\n`;
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
