import { networkInterfaces } from "node:os";
import { InputError } from "../../core/errors.ts";
import { isLocalhostName, parseHost } from "../../policy/network/canonical-host.ts";
import { decideAddress } from "../../policy/network/decide-address.ts";
import {
  decideDestination,
  type Destination,
  type Refusal,
} from "../../policy/network/decide-destination.ts";
import type { NetworkPolicy } from "../../policy/network/network-policy.ts";
import { EgressError, malformedError, refusedError, unreachableError } from "./egress-error.ts";
import type {
  AuthorizedRoute,
  EgressCaller,
  EgressEvent,
  Lookup,
  Parent,
  ResolvedAddress,
} from "./egress-types.ts";
import { withDeadline } from "./with-deadline.ts";
import { quoteText } from "../../policy/network/quote-text.ts";

export interface AuthorizeOptions {
  readonly policyOf: (identity: string) => NetworkPolicy | undefined;
  readonly onEvent: (event: EgressEvent) => void;
  readonly lookup: Lookup;
  readonly lookupMs: number;
  /** A parent looks names up itself: a name that is unknown here is not an error. */
  readonly parentOf: (identity: string) => Parent | undefined;
}

const LOOPBACK: readonly ResolvedAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/**
 * Reads host and port as the client sent them. Clients send names in ASCII (punycode), so other bytes are refused rather
 * than read in one of several encodings. Throws EgressError `malformed`.
 */
export function readDestination(host: string, port: number): Destination {
  if (/[^\x21-\x7e]/u.test(host)) throw malformedError(`${quoteText(host)} is not an ASCII host`);
  try {
    return { host: parseHost(host), port };
  } catch (error) {
    throw malformedError(error instanceof InputError ? error.message : "its host cannot be read");
  }
}

async function resolveAddresses(
  options: AuthorizeOptions,
  { host }: Destination,
  parent: Parent | undefined,
): Promise<readonly ResolvedAddress[]> {
  if (host.kind === "address") return [{ address: host.text, family: host.address.version }];
  if (isLocalhostName(host)) return LOOPBACK;
  try {
    const found = await withDeadline(options.lookup(host.text), options.lookupMs);
    if (found.length > 0) return found;
  } catch {
    // Falls through: no answer, a failure and silence all mean that the name has no address here.
  }
  if (parent !== undefined) return [];
  throw unreachableError("unresolved", `no address was found for ${host.text}`);
}

/** Asked at every decision: a machine changes its networks while the proxy runs. */
function ownAddresses(): ReadonlySet<string> {
  const found = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set(found.map(({ address }) => address));
}

interface Checked {
  readonly permitted: readonly ResolvedAddress[];
  readonly refusal: Refusal | undefined;
}

function checkAddresses(
  policy: NetworkPolicy,
  destination: Destination,
  found: readonly ResolvedAddress[],
): Checked {
  const permitted: ResolvedAddress[] = [];
  const own = ownAddresses();
  let refusal: Refusal | undefined;
  for (const { address } of found) {
    const parsed = readDestination(address, destination.port).host;
    if (parsed.kind !== "address")
      throw unreachableError("unresolved", "the resolver gave something else than addresses");
    const decision = decideAddress(policy, { destination, address: parsed.address, own });
    if (decision.kind === "allow") permitted.push({ address: parsed.text, family: parsed.address.version });
    else if (refusal === undefined || decision.code === "address-denied") refusal = decision;
  }
  // One denied address condemns the name: which of its addresses is tried first is the resolver's choice.
  return refusal?.code === "address-denied" ? { permitted: [], refusal } : { permitted, refusal };
}

async function decideRoute(
  options: AuthorizeOptions,
  identity: string,
  destination: Destination,
): Promise<AuthorizedRoute> {
  const policy = options.policyOf(identity);
  if (policy === undefined) throw malformedError("no network policy belongs to this sandbox any more");
  const permit = decideDestination(policy, destination);
  if (permit.kind === "deny") throw refusedError(destination, permit);
  const parent = options.parentOf(identity);
  const found = await resolveAddresses(options, destination, parent);
  const { permitted, refusal } = checkAddresses(policy, destination, found);
  if (refusal !== undefined && permitted.length === 0) throw refusedError(destination, refusal);
  return { permit, host: destination.host.text, port: destination.port, addresses: permitted, parent };
}

/**
 * Both decisions for one request, with one lookup between them, and one event. The route names the only addresses that
 * may be connected to. Throws EgressError; whatever else is thrown must close the connection.
 */
export async function authorizeDestination(
  options: AuthorizeOptions,
  caller: EgressCaller,
  destination: Destination,
): Promise<AuthorizedRoute> {
  const base = { ...caller, host: destination.host.text, port: destination.port };
  try {
    const route = await decideRoute(options, caller.identity, destination);
    const { rule, reason } = route.permit;
    const addresses = route.addresses.map(({ address }) => address);
    options.onEvent({ ...base, decision: "allow", code: "allowed", rule, reason, addresses });
    return route;
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    const decision = error.status === 502 ? "error" : "deny";
    options.onEvent({
      ...base,
      decision,
      code: error.code,
      rule: error.rule,
      reason: error.message,
      ...(error.change === undefined ? {} : { change: error.change }),
      addresses: [],
    });
    throw error;
  }
}
