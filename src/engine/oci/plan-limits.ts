import { EngineError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { hostPath } from "../../core/paths.ts";
import type { LimitsPlan } from "../../core/plan.ts";
import type { SpecLimits } from "./container-spec.ts";
import type { Flavor } from "./flavors.ts";

/** Enough for 64 parallel calls and a parallel build; a fork bomb ends here instead of on the host. */
const DEFAULT_PIDS = 8192;

/** The share of the machine's memory that one project gets by default. */
const MEMORY_SHARE = 0.8;
const MEMORY_STEP = 256 * 1024 * 1024;

function readMemoryTotal(host: Host): number | undefined {
  const line = /^MemTotal:\s+(\d+) kB$/m.exec(host.readText(hostPath("/proc/meminfo")) ?? "");
  return line === null ? undefined : Number(line[1]) * 1024;
}

/**
 * The limits of a container: what config says, over defaults that keep one project from taking the machine.
 * @throws EngineError `limits.unsupported`, `limits.locks`
 */
export function planLimits(limits: LimitsPlan, flavor: Flavor, host: Host): SpecLimits {
  if (limits.ulimits?.some((limit) => limit.startsWith("locks=")) === true) {
    throw new EngineError({
      code: "limits.locks",
      message:
        "sandhook.container.ulimits names locks, by which sandhook itself finds a command's processes again",
      hint: "Remove it.",
    });
  }
  if (!flavor.canLimit(host)) {
    const { memoryBytes, cpus, pids, ulimits } = limits;
    if ([memoryBytes, cpus, pids].every((value) => value === undefined))
      return ulimits === undefined ? {} : { ulimits };
    throw new EngineError({
      code: "limits.unsupported",
      message: `${flavor.name} cannot limit resources for an ordinary user on this machine (control groups version 1)`,
      hint: "Remove the limits from sandhook.container, or choose the engine docker.",
    });
  }
  const total = readMemoryTotal(host);
  const share = total === undefined ? 0 : Math.floor((total * MEMORY_SHARE) / MEMORY_STEP) * MEMORY_STEP;
  return {
    ...(share > 0 ? { memoryBytes: share } : {}),
    pids: DEFAULT_PIDS,
    ...limits,
  };
}
