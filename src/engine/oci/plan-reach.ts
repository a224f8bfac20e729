import { EngineError } from "../../core/errors.ts";
import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { doorFolder, networkFolders } from "../../core/network-place.ts";
import { type Plan, placeOf } from "../../core/plan.ts";
import type { ContainerSpec } from "./container-spec.ts";

/**
 * With an allow-list the container has no network either, but the socket of the user's proxy.
 * @throws EngineError `network.no-socket` where a socket cannot cross into the machine that containers run in.
 */
export function planReach(plan: Plan, site: Site, host: Host): Pick<ContainerSpec, "network" | "door"> {
  if (plan.network.mode !== "allowlist") return { network: plan.network.mode === "none" ? "none" : "bridge" };
  if (host.platform === "darwin") {
    throw new EngineError({
      code: "network.no-socket",
      message:
        "on macOS containers run in a virtual machine, which the socket of the network proxy cannot reach, so an allow-list cannot be enforced",
      hint: 'Choose the engine seatbelt, or set sandhook.network to "none".',
    });
  }
  return { network: "none", door: doorFolder(networkFolders(site, host).run, placeOf(plan.project)) };
}
