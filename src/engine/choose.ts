import type { Config } from "../config/resolve.ts";
import type { Engine } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import type { EngineName } from "../core/plan.ts";
import { EngineError } from "../core/errors.ts";
import { bubblewrap } from "./bubblewrap/engine.ts";
import { docker, podman } from "./oci/engine.ts";
import { seatbelt } from "./seatbelt/engine.ts";

const ENGINES: readonly Engine[] = [bubblewrap, docker, podman, seatbelt];

/** What `auto` means: a container when the project or user asks for one, else what the platform has built in. */
function candidates(config: Config, host: Host): readonly EngineName[] {
  if (config.engine.value !== "auto") return [config.engine.value];
  const wanted = [config["container.image"], config["container.dockerfile"], config["container.command"]];
  if (wanted.some(({ value }) => value !== undefined)) return ["docker", "podman"];
  return host.platform === "darwin" ? ["seatbelt"] : ["bubblewrap"];
}

/** The engine of that name, if this build has it. */
export function findEngine(name: EngineName): Engine | undefined {
  return ENGINES.find((engine) => engine.name === name);
}

/**
 * The first candidate that the machine offers. An engine that was named and is missing is an error, never a reason
 * to take another one.
 * @throws EngineError `engine.unavailable` with every reason.
 */
export function chooseEngine(config: Config, host: Host): Engine {
  const refusals: string[] = [];
  const wishes = { command: config["container.command"].value, address: config["container.host"].value };
  let hint = "To see what is missing, type: sandhook doctor";
  for (const name of candidates(config, host)) {
    const engine = findEngine(name);
    if (engine === undefined) {
      refusals.push(`${name}: not supported by this version`);
      continue;
    }
    const probe = engine.probe(host, wishes);
    if (probe.kind === "available") return engine;
    refusals.push(`${name}: ${probe.reasons.join("; ")}`);
    hint = probe.hint;
  }
  throw new EngineError({
    code: "engine.unavailable",
    message: `no sandbox can be started (${refusals.join(" · ")})`,
    hint,
  });
}
