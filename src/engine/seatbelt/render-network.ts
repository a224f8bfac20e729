import { PolicyError } from "../../core/errors.ts";
import type { LoopbackPlan, Plan } from "../../core/plan.ts";
import type { ProfileEntry } from "./profile-table.ts";

const MAX_PORT = 65_535;

/** Which network modules follow the reset: the narrower of what the plan and the profile allow. */
export function networkModules(plan: Plan, profile: ProfileEntry): readonly string[] {
  switch (plan.network.mode) {
    case "none":
      return [];
    case "allowlist":
      return profile.proxied ?? [];
    case "open":
      if (profile.open !== undefined) return profile.open;
      throw new PolicyError({
        code: "seatbelt.profile-needs-proxy",
        message: "The sandbox profile never opens the network, but the network mode is open",
        hint: "Choose another profile, or list the hosts to reach instead of opening the network.",
      });
  }
}

/** A port is the only value that is written into a rule, so it must be nothing but a number. */
function renderPort(port: number): string {
  if (Number.isInteger(port) && port >= 1 && port <= MAX_PORT) return String(port);
  throw new PolicyError({
    code: "seatbelt.port",
    message: `${port} is not a TCP port`,
    hint: `A port is a whole number from 1 to ${MAX_PORT}.`,
  });
}

function renderLoopback(loopback: LoopbackPlan): readonly string[] {
  const { bind, connect } = loopback;
  const address = bind === "any" ? "*:*" : "localhost:*";
  const ports = connect === "any" ? ["*"] : connect === "none" ? [] : connect.map(renderPort);
  return [
    ...(bind === "none" ? [] : [`(allow network-bind network-inbound (local ip "${address}"))`]),
    ...ports.map((port) => `(allow network-outbound (remote ip "localhost:${port}"))`),
  ];
}

/**
 * Addresses that the plan opens: the proxy's port, and the loopback ports that policy lists. Outbound rules match the
 * remote address; a rule on the local address would let any connection through.
 */
export function renderNetwork(plan: Plan): readonly string[] {
  const { network, loopback } = plan;
  const proxy =
    network.mode === "allowlist" && network.port !== undefined
      ? [`(allow network-outbound (remote ip "localhost:${renderPort(network.port)}"))`]
      : [];
  return [...proxy, ...(loopback === undefined ? [] : renderLoopback(loopback))];
}
