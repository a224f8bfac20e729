import type { Socket } from "node:net";
import { changeFor, type Destination } from "../../policy/network/decide-destination.ts";
import { renderRefusal } from "../../policy/network/explain-refusal.ts";
import { authorizeDestination } from "./authorize-destination.ts";
import type { ProxyContext } from "./door.ts";
import { malformedError } from "./egress-error.ts";
import type { AuthorizedRoute, EgressCaller } from "./egress-types.ts";
import type { FirstBytes } from "./first-bytes.ts";
import { judgeFirstBytes } from "./judge-first-bytes.ts";
import { openUpstream } from "./open-upstream.ts";
import { runTunnel } from "./tunnel.ts";

export interface TunnelRequest {
  readonly caller: EgressCaller;
  readonly destination: Destination;
  readonly client: Socket;
  /** What tells the client that the tunnel stands. */
  readonly greeting: string | Buffer;
}

function judge(
  context: ProxyContext,
  request: TunnelRequest,
  route: AuthorizedRoute,
  first: FirstBytes,
): string | undefined {
  const { policyOf, onEvent } = context.authorize;
  const { caller, destination } = request;
  const policy = policyOf(caller.identity);
  if (policy === undefined) throw malformedError("no network policy belongs to this sandbox any more");
  const refusal = judgeFirstBytes(policy, route, first);
  if (refusal === undefined) return undefined;
  const { code, rule } = refusal;
  const { host, port } = route;
  const change = changeFor(refusal);
  const event = { ...caller, decision: "deny", host, port, code, rule, addresses: [] } as const;
  const text = renderRefusal(destination, refusal);
  // The words that the client gets: a client of SOCKS5, or one in the middle of TLS, gets none of them.
  onEvent({ ...event, reason: text, ...(change === undefined ? {} : { change }) });
  return text;
}

/**
 * Decides, connects, greets and joins. Throws EgressError before the greeting; afterwards the tunnel answers for itself.
 */
export async function openTunnel(context: ProxyContext, request: TunnelRequest): Promise<void> {
  const { client } = request;
  const { limits } = context;
  const route = await authorizeDestination(context.authorize, request.caller, request.destination);
  const upstream = await openUpstream(route, limits.connectMs);
  if (client.destroyed) {
    upstream.destroy();
    return;
  }
  client.write(request.greeting);
  await runTunnel(client, upstream, { limits, judge: (first) => judge(context, request, route, first) });
}
