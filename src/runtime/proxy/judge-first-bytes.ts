import { parseHost, type CanonicalHost } from "../../policy/network/canonical-host.ts";
import {
  decideDestination,
  type Refusal,
  type RefusalCode,
} from "../../policy/network/decide-destination.ts";
import type { NetworkPolicy } from "../../policy/network/network-policy.ts";
import type { AuthorizedRoute } from "./egress-types.ts";
import type { FirstBytes } from "./first-bytes.ts";
import { parseAuthority } from "./request-target.ts";
import { quoteText } from "../../policy/network/quote-text.ts";

function refuse(code: RefusalCode, reason: string, entry?: string): Refusal {
  return { kind: "deny", code, rule: undefined, reason, key: "network.allowedDomains", entry };
}

function parseName(name: string, port: number, defaultPort: number): CanonicalHost | undefined {
  try {
    const authority = parseAuthority(name, defaultPort);
    return authority.port === port ? authority.host : undefined;
  } catch {
    return undefined;
  }
}

function parseServerName(name: string): CanonicalHost | undefined {
  try {
    return parseHost(name);
  } catch {
    return undefined;
  }
}

/** Where the route itself names no host (an address, or everything), the name has to be allowed for its own sake. */
function isAllowedName(policy: NetworkPolicy, route: AuthorizedRoute, host: CanonicalHost): boolean {
  if (host.text === route.host) return true;
  const nameless = route.permit.rule === "open" || parseHost(route.host).kind === "address";
  return nameless && decideDestination(policy, { host, port: route.port }).kind === "allow";
}

function judgeTls(
  policy: NetworkPolicy,
  route: AuthorizedRoute,
  name: string | undefined,
): Refusal | undefined {
  if (name === undefined) {
    if (route.permit.namesPort || parseHost(route.host).kind === "address") return undefined;
    return refuse("sni-missing", "the TLS handshake names no server", `${route.host}:${route.port}`);
  }
  const host = parseServerName(name);
  if (host !== undefined && isAllowedName(policy, route, host)) return undefined;
  return refuse("sni-mismatch", `the TLS handshake asks for ${quoteText(name)} instead`);
}

function judgeHttp(policy: NetworkPolicy, route: AuthorizedRoute, name: string): Refusal | undefined {
  // Clients leave the port out of Host when it is the scheme's own; inside a tunnel the scheme is plain http, but some
  // leave it out for every port, so a missing port counts as the tunnel's.
  const host = parseName(name, route.port, route.port);
  if (host !== undefined && isAllowedName(policy, route, host)) return undefined;
  return refuse("host-header-mismatch", `the request inside asks for ${quoteText(name)} instead`);
}

/**
 * Says whether what a client started its tunnel with agrees with where the tunnel goes; undefined means that it does.
 * Ports that no rule names carry TLS and HTTP only.
 */
export function judgeFirstBytes(
  policy: NetworkPolicy,
  route: AuthorizedRoute,
  first: FirstBytes,
): Refusal | undefined {
  switch (first.kind) {
    case "tls":
      return judgeTls(policy, route, first.name);
    case "http":
      return judgeHttp(policy, route, first.name);
    case "malformed":
      return refuse(
        "protocol-refused",
        `the tunnel starts with a request that cannot be trusted: ${first.reason}`,
      );
    case "other": {
      if (route.permit.namesPort) return undefined;
      const entry = `${route.host}:${route.port}`;
      return refuse("protocol-refused", "what runs in the tunnel is neither TLS nor HTTP/1", entry);
    }
  }
}
