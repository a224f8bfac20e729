import type { Host } from "../core/host.ts";
import type { EngineName } from "../core/plan.ts";

/** The smallest thing that starts a sandbox, or asks who would. */
const TRIALS: Readonly<Record<EngineName, readonly string[]>> = {
  bubblewrap: ["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"],
  docker: ["version", "--format", "{{.Server.Version}}"],
  podman: ["unshare", "true"],
  seatbelt: ["-p", "(version 1)(allow default)", "/usr/bin/true"],
};

/** Arguments for the engine's program that show whether it works on this machine; exit code 0 says yes. */
export function trialArguments(engine: EngineName, host: Pick<Host, "uid">): readonly string[] {
  const rootful = engine === "podman" && host.uid === 0;
  return rootful ? ["info", "--format", "{{.Host.OCIRuntime.Name}}"] : TRIALS[engine];
}
