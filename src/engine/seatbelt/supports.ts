import type { Support } from "../../core/engine.ts";
import type { Plan } from "../../core/plan.ts";
import { PROXIED_PROFILES } from "./profile-table.ts";

function refusals(plan: Plan): readonly string[] {
  const { network } = plan;
  const profile = plan.seatbelt?.profile ?? plan.profile;
  return [
    ...(network.mode === "open" && PROXIED_PROFILES.includes(profile)
      ? [`the profile ${profile} never opens the network`]
      : []),
    ...(network.mode === "allowlist" && network.port === undefined
      ? ["the proxy listens on no TCP port, which is the only way to it under seatbelt"]
      : []),
  ];
}

function missing(plan: Plan): readonly string[] {
  const { memoryBytes, cpus, pids } = plan.limits;
  return [
    ...(memoryBytes === undefined ? [] : ["limits.memory"]),
    ...(cpus === undefined ? [] : ["limits.cpus"]),
    ...(pids === undefined ? [] : ["limits.pids"]),
  ];
}

/** macOS confines what a process reaches, not how much it uses: limits are what seatbelt cannot enforce. */
export function supportsPlan(plan: Plan): Support {
  const reasons = refusals(plan);
  if (reasons.length > 0) return { kind: "none", reasons };
  const lacking = missing(plan);
  return lacking.length > 0 ? { kind: "partial", missing: lacking } : { kind: "full" };
}
