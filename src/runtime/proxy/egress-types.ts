import type { Permit, RefusalCode, SettingsChange } from "../../policy/network/decide-destination.ts";
import type { ParentProxy } from "../../policy/network/parse-parent-proxy.ts";
import type { ParentCommand } from "../../policy/network/parse-proxy-command.ts";
import type { NetworkPolicy } from "../../policy/network/network-policy.ts";

/** Who is asking: a project's key. Comes from the socket or the credential, never from what the client says it is. */
export type EgressIdentity = string;

export type EgressProtocol = "connect" | "http" | "socks5";

/** Who asks and how. */
export interface EgressCaller {
  readonly identity: EgressIdentity;
  /** What the client put in its proxy user name; for reading logs only. */
  readonly callId: string | undefined;
  readonly protocol: EgressProtocol;
}

/** One record per decision, written before the decision takes effect. */
export interface EgressEvent extends EgressCaller {
  readonly decision: "allow" | "deny" | "error";
  /** Canonical host, or the JSON-quoted start of what could not be read. */
  readonly host: string;
  readonly port: number | undefined;
  readonly code:
    RefusalCode | "allowed" | "malformed" | "unresolved" | "unreachable" | "unauthenticated" | "limit";
  readonly rule: string | undefined;
  readonly reason: string;
  /** What a person could change to allow it; only for refusals that a change can lift. */
  readonly change?: SettingsChange;
  /** The addresses that the connection may go to, once resolved and checked. */
  readonly addresses: readonly string[];
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Looks a name up once and gives every address. */
export type Lookup = (name: string) => Promise<readonly ResolvedAddress[]>;

export interface EgressLimits {
  /** Open client connections of one identity. */
  readonly connectionsPerIdentity: number;
  readonly connections: number;
  /** From accepting a client to its complete request head or SOCKS request, milliseconds. */
  readonly headMs: number;
  /** For the lookup and, again, for the connection, milliseconds. */
  readonly connectMs: number;
  /** Silence in both directions after which a connection is closed, milliseconds. */
  readonly idleMs: number;
  /** The same once one side has ended its stream, milliseconds. */
  readonly halfClosedMs: number;
  /** Largest request head or ClientHello that is looked at, bytes. */
  readonly headBytes: number;
}

/** What every connection goes through instead of straight out. */
export type Parent = ParentProxy | ParentCommand;

export interface EgressOptions {
  /** Asked at every decision, so that a changed config applies to running sandboxes. Undefined refuses. */
  readonly policyOf: (identity: EgressIdentity) => NetworkPolicy | undefined;
  /** When it throws, the connection it describes is not made. */
  readonly onEvent: (event: EgressEvent) => void;
  readonly lookup?: Lookup;
  /** `http://[user:password@]host:port` or `https://…`: every connection goes through this proxy. */
  readonly parentProxy?: string | undefined;
  /** The same for each identity; asked at every connection. Wins over `parentProxy`. */
  readonly parentOf?: (identity: EgressIdentity) => Parent | undefined;
  readonly limits?: Partial<EgressLimits>;
}

export const DEFAULT_LIMITS: EgressLimits = {
  connectionsPerIdentity: 2048,
  connections: 8192,
  headMs: 15_000,
  connectMs: 15_000,
  idleMs: 3_600_000,
  halfClosedMs: 300_000,
  headBytes: 32_768,
};

/** A destination that passed both decisions. */
export interface AuthorizedRoute {
  readonly permit: Permit;
  readonly host: string;
  readonly port: number;
  /** Checked addresses, in the resolver's order. Empty only when the parent does the looking up. */
  readonly addresses: readonly ResolvedAddress[];
  readonly parent: Parent | undefined;
}
