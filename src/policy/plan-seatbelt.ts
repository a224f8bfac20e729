import type { Config } from "../config/resolve.ts";
import type { SeatbeltPlan } from "../core/plan.ts";

/** The sets of rules that are named like a profile; seatbelt has none for `open-network`. */
const OWN_RULES: readonly string[] = ["workspace-write", "read-only", "strict"];

/** Which rules macOS enforces: those that config names, else what the profile goes back to. */
export function planSeatbelt(config: Config): SeatbeltPlan {
  const { builtInProfile } = config;
  const fitting = OWN_RULES.includes(builtInProfile) ? builtInProfile : "workspace-write";
  return {
    profile: config["seatbelt.profile"].value ?? fitting,
    toggles: config["seatbelt.toggles"].map(({ value }) => value),
  };
}
