import type { Probe } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { hostPath } from "../../core/paths.ts";
import { SANDBOX_EXEC } from "./argv.ts";

/** Looks whether this is a Mac that has sandbox-exec. Starts nothing. */
export function probeSeatbelt(host: Host): Probe {
  if (host.platform !== "darwin") {
    return {
      kind: "unavailable",
      reasons: [`seatbelt is part of macOS; this is ${host.platform}`],
      hint: "Use bubblewrap or a container engine on Linux.",
    };
  }
  const program = hostPath(SANDBOX_EXEC);
  if (host.inspect(program)?.kind !== "file") {
    return {
      kind: "unavailable",
      reasons: [`${SANDBOX_EXEC} is missing`],
      hint: "It comes with macOS; repair the system, or use docker or podman.",
    };
  }
  return { kind: "available", program, notes: ["A sandbox cannot be started inside another sandbox."] };
}
