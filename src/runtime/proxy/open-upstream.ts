import net from "node:net";
import { classifyAddress } from "../../policy/network/address-class.ts";
import { isLocalhostName, parseHost } from "../../policy/network/canonical-host.ts";
import { unreachableError } from "./egress-error.ts";
import type { AuthorizedRoute, Parent, ResolvedAddress } from "./egress-types.ts";
import { openThroughCommand } from "./parent-command.ts";
import { openThroughParent } from "./parent-proxy.ts";
import { whenConnected } from "./when-connected.ts";

/** Hands Node the addresses that were checked, so that connecting asks no resolver a second time. */
function answerWith(addresses: readonly ResolvedAddress[]): net.LookupFunction {
  return (_name, _options, callback) => {
    callback(null, [...addresses]);
  };
}

/** A connection to one of the addresses that were checked; no name is looked up. */
export async function openDirect(route: AuthorizedRoute, connectMs: number): Promise<net.Socket> {
  const socket = net.connect({
    // Not a numeric host, even when one was asked for: only then does Node take the checked addresses from `lookup`.
    host: "checked.invalid",
    port: route.port,
    lookup: answerWith(route.addresses),
    autoSelectFamily: true,
    allowHalfOpen: true,
    noDelay: true,
    // Long enough for a slow link: Node gives up an address after 250 ms otherwise.
    autoSelectFamilyAttemptTimeout: 2_000,
  });
  await whenConnected(socket, connectMs);
  return socket;
}

/** The parent for a route; none for the host's own loopback, which a parent would take for its own. */
export function parentFor(route: AuthorizedRoute): Parent | undefined {
  const host = parseHost(route.host);
  const own = host.kind === "name" ? isLocalhostName(host) : classifyAddress(host.address) === "loopback";
  return own ? undefined : route.parent;
}

/**
 * A connection to one of the route's checked addresses, or through the parent. Throws EgressError `unreachable`.
 */
export async function openUpstream(route: AuthorizedRoute, connectMs: number): Promise<net.Socket> {
  const parent = parentFor(route);
  try {
    if (parent?.kind === "command") return await openThroughCommand(parent, route);
    if (parent !== undefined) return await openThroughParent(parent, route, connectMs);
    return await openDirect(route, connectMs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    throw unreachableError("unreachable", `${route.host}:${route.port} could not be reached: ${reason}`);
  }
}
