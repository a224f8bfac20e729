import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { renderEntry } from "../../policy/network/decide-destination.ts";
import { authorizeDestination } from "./authorize-destination.ts";
import { readBasicCredential } from "./credentials.ts";
import { authenticate, type Door, type ProxyContext } from "./door.ts";
import { EgressError, malformedError, unreachableError } from "./egress-error.ts";
import type { AuthorizedRoute, Parent } from "./egress-types.ts";
import { endToEndHeaders } from "./hop-by-hop.ts";
import { answerError } from "./http-connect.ts";
import { openUpstream, parentFor } from "./open-upstream.ts";
import { authorizationFor, connectToParent } from "./parent-proxy.ts";
import { recordMalformed } from "./record-malformed.ts";
import { headerValues, parseHttpTarget, requireSameHost, type HttpTarget } from "./request-target.ts";

function readTarget({ url = "", rawHeaders, httpVersion }: IncomingMessage): HttpTarget {
  const target = parseHttpTarget(url);
  const codings = headerValues(rawHeaders, "transfer-encoding");
  const lengths = headerValues(rawHeaders, "content-length");
  // Node's parser refuses most of these; a proxy that passes messages on must not depend on a default.
  if (codings.length + lengths.length > 1 || codings.some((coding) => coding.toLowerCase() !== "chunked")) {
    throw malformedError("it frames its body in more than one way");
  }
  requireSameHost(rawHeaders, target.destination, { required: httpVersion !== "1.0", defaultPort: 80 });
  return target;
}

function requestHeaders(
  request: IncomingMessage,
  target: HttpTarget,
  authorization: string | undefined,
): string[] {
  const chunked = headerValues(request.rawHeaders, "transfer-encoding").length > 0;
  return [
    "Host",
    renderEntry(target.destination, [80]),
    ...endToEndHeaders(request.rawHeaders, ["host"]),
    ...(chunked ? ["Transfer-Encoding", "chunked"] : []),
    ...(authorization === undefined ? [] : ["Proxy-Authorization", authorization]),
    "Connection",
    "close",
  ];
}

async function exchange(
  upstream: Socket,
  options: http.RequestOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // No agent: with one, Node ignores `createConnection` and connects by itself. The host resolves nowhere, should it try.
  const connection = {
    host: "checked.invalid",
    createConnection: () => upstream,
    setHost: false,
    insecureHTTPParser: false,
  };
  const outgoing = http.request({ ...options, ...connection });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve).once("error", reject);
    outgoing.once("upgrade", () => {
      reject(new Error("the server switched protocols unasked"));
    });
  });
  const sent = pipeline(request, outgoing);
  // A server may answer before it has read the whole body; its answer counts, not the broken upload.
  sent.catch(() => undefined);
  const answer = await answered;
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
    ...endToEndHeaders(answer.rawHeaders),
    "Connection",
    "close",
  ]);
  await pipeline(answer, response);
  request.resume();
}

/** Plain HTTP needs no tunnel: a parent proxy takes the absolute form as it is. */
async function openFor(parent: Parent | undefined, route: AuthorizedRoute, ms: number): Promise<Socket> {
  if (parent?.kind !== "proxy") return openUpstream(route, ms);
  try {
    return await connectToParent(parent, ms);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    throw unreachableError("unreachable", `${route.host}:${route.port} could not be reached: ${reason}`);
  }
}

async function forward(
  context: ProxyContext,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { limits } = context;
  const credential = readBasicCredential(request.headers["proxy-authorization"]);
  const caller = authenticate(context, door, { socket: request.socket, protocol: "http", credential });
  const target = recordMalformed(context, caller, request.url, () => readTarget(request));
  const route = await authorizeDestination(context.authorize, caller, target.destination);
  const parent = parentFor(route);
  const upstream = await openFor(parent, route, limits.connectMs);
  const close = (): void => {
    upstream.destroy();
  };
  response.once("close", close);
  if (request.socket.destroyed) close();
  upstream.setTimeout(limits.idleMs, close);
  request.socket.setTimeout(limits.idleMs, () => request.socket.destroy());
  const path =
    parent?.kind === "proxy" ? `http://${renderEntry(target.destination, [80])}${target.path}` : target.path;
  const authorization = parent?.kind === "proxy" ? authorizationFor(parent) : undefined;
  const headers = requestHeaders(request, target, authorization);
  await exchange(upstream, { method: request.method, path, headers }, request, response);
}

/** Serves one absolute-form request. Every connection carries one request, so none can smuggle a second. Never rejects. */
export async function serveForward(
  context: ProxyContext,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await forward(context, door, request, response);
  } catch (error) {
    const { socket } = request;
    // Once a head went out, only an abrupt end tells the client that the body is not whole.
    if (response.headersSent) socket.destroy();
    else answerError(socket, asUnreachable(error));
  }
}

/** A failure of the other side's connection or answer, told apart from a failure of our own by its code. */
function asUnreachable(error: unknown): unknown {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (error instanceof EgressError || !/^(?:E[A-Z]+|HPE_\w+)$/u.test(code)) return error;
  return unreachableError("unreachable", `the server's answer failed: ${code}`);
}
