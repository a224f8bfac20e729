import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { readBasicCredential } from "./credentials.ts";
import { authenticate, type Door, type ProxyContext } from "./door.ts";
import { EgressError, malformedError } from "./egress-error.ts";
import type { EgressCaller } from "./egress-types.ts";
import { endWith, renderReply } from "./http-reply.ts";
import { openTunnel } from "./open-tunnel.ts";
import { recordMalformed } from "./record-malformed.ts";
import { headerValues, parseAuthority, requireSameHost } from "./request-target.ts";
import type { Destination } from "../../policy/network/decide-destination.ts";

const CHALLENGE = 'Proxy-Authenticate: Basic realm="sandhook"';

/** Answers an error and closes; anything that is not an EgressError closes without a word. */
export function answerError(socket: Socket, error: unknown): void {
  if (!(error instanceof EgressError)) {
    socket.destroy();
    return;
  }
  const fields = [`X-Sandhook-Code: network.${error.code}`, ...(error.status === 407 ? [CHALLENGE] : [])];
  endWith(socket, renderReply(error.status, error.message, fields));
}

function readConnectTarget({ url = "", rawHeaders }: IncomingMessage): Destination {
  const target = parseAuthority(url);
  if (
    headerValues(rawHeaders, "content-length").length + headerValues(rawHeaders, "transfer-encoding").length >
    0
  ) {
    throw malformedError("a CONNECT request has no body");
  }
  // Optional: HTTP/1.0 clients (socat, nc, older Python) send none.
  requireSameHost(rawHeaders, target, { required: false, defaultPort: target.port });
  return target;
}

/** Serves one CONNECT request on the socket that Node's parser has let go of. Never rejects. */
export async function serveConnect(
  context: ProxyContext,
  door: Door,
  request: IncomingMessage,
  client: Socket,
): Promise<void> {
  try {
    const credential = readBasicCredential(request.headers["proxy-authorization"]);
    const caller: EgressCaller = authenticate(context, door, {
      socket: client,
      protocol: "connect",
      credential,
    });
    const destination = recordMalformed(context, caller, request.url, () => readConnectTarget(request));
    const greeting = "HTTP/1.1 200 Connection established\r\n\r\n";
    await openTunnel(context, { caller, destination, client, greeting });
  } catch (error) {
    answerError(client, error);
  }
}
