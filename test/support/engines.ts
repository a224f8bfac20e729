import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const ENGINES = ["bubblewrap", "docker", "podman", "podman-rootless", "seatbelt"] as const;
const outcome = z.object({
  available: z.boolean(),
  applicable: z.boolean(),
  reasons: z.array(z.string()),
  command: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const engineStatus = z.record(z.enum(ENGINES), outcome);

export type EngineName = (typeof ENGINES)[number];
export type EngineStatus = z.infer<typeof engineStatus>;

let known: EngineStatus | undefined;

/** What the machine offers; `npm test` asks once for all workers and hands it down. */
function readEngineStatus(): EngineStatus {
  known ??= engineStatus.parse(JSON.parse(process.env["SANDHOOK_TEST_ENGINES"] ?? probeEngines()));
  return known;
}

/**
 * Whether a suite can run against an engine: `describe.runIf(engineAvailable("docker"))`. False skips the suite, and
 * `npm test` prints why. With CI=true an engine that this system could have and has not is an error.
 */
export function engineAvailable(
  name: EngineName,
  status: EngineStatus = readEngineStatus(),
  isCi = process.env["CI"] === "true",
): boolean {
  const { available, applicable, reasons } = status[name];
  if (!available && applicable && isCi)
    throw new Error(`the engine ${name} is missing in CI: ${reasons.join("; ")}`);
  return available;
}

/** How to call an engine's client from a test: for rootless podman that is as the test user, with its variables. */
export function engineClient(name: "docker" | "podman" | "podman-rootless"): {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const own = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
  const { command = [name], env = own } = readEngineStatus()[name];
  return { command, env };
}

function probeEngines(): string {
  const script = fileURLToPath(new URL("../../scripts/engines.mjs", import.meta.url));
  return execFileSync(process.execPath, [script, "status", "--json"], { encoding: "utf8" });
}
