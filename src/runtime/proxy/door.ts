import type { Socket } from "node:net";
import { EgressError } from "./egress-error.ts";
import type { AuthorizeOptions } from "./authorize-destination.ts";
import type { ConnectionBudget } from "./connection-budget.ts";
import { readCallId, type ProxyCredential } from "./credentials.ts";
import type { EgressCaller, EgressIdentity, EgressLimits, EgressProtocol } from "./egress-types.ts";

/** What every connection of a proxy shares. */
export interface ProxyContext {
  readonly limits: EgressLimits;
  readonly authorize: AuthorizeOptions;
  readonly budget: ConnectionBudget;
}

/**
 * One listening socket. A unix socket that only one sandbox can see is that sandbox's identity; on a TCP port only a
 * password tells clients apart.
 */
export interface Door {
  readonly requiresCredential: boolean;
  /** The identity of a client, or undefined when its credential is missing or unknown. */
  readonly identify: (credential: ProxyCredential | undefined) => EgressIdentity | undefined;
}

const UNKNOWN: EgressIdentity = "(unauthenticated)";

/** The identity that a connection is counted on until it has shown a credential. */
export function identityAtDoor(door: Door): EgressIdentity {
  return door.requiresCredential ? UNKNOWN : (door.identify(undefined) ?? UNKNOWN);
}

/**
 * Establishes who asks. Throws EgressError `unauthenticated` or `limit`; both are recorded.
 */
export function authenticate(
  context: ProxyContext,
  door: Door,
  request: {
    readonly socket: Socket;
    readonly protocol: EgressProtocol;
    readonly credential: ProxyCredential | undefined;
  },
): EgressCaller {
  const { socket, protocol, credential } = request;
  const identity = door.identify(credential);
  const caller = { identity: identity ?? UNKNOWN, callId: readCallId(credential?.user), protocol };
  if (identity !== undefined && context.budget.claim(socket, identity)) return caller;
  const code = identity === undefined ? "unauthenticated" : "limit";
  const why =
    identity === undefined ? "the proxy password is missing or unknown" : "too many open connections";
  recordRefusal(context, caller, code, why);
  const text = `sandhook refused a connection: ${why}.\ncode: network.${code}\n`;
  throw new EgressError(code, text, { status: identity === undefined ? 407 : 503, socksReply: 0x01 });
}

/** Records a refusal that happened before a destination was known. */
export function recordRefusal(
  context: ProxyContext,
  caller: EgressCaller,
  code: "unauthenticated" | "limit" | "malformed",
  reason: string,
): void {
  context.authorize.onEvent({
    ...caller,
    decision: "deny",
    host: "",
    port: undefined,
    code,
    rule: undefined,
    reason,
    addresses: [],
  });
}
