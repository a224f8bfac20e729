import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { type ClientVersion, parseClientVersion } from "./client-version.ts";

const run = promisify(execFile);
const PATIENCE_MS = 10_000;

/** Which client is installed, with the reason when that could not be found out. */
export type ClientProbe =
  | { readonly kind: "found"; readonly program: string; readonly version: ClientVersion }
  | { readonly kind: "unknown"; readonly reason: string };

/** Where clients are installed: PATH first, then the two places of Claude Code's own installers. */
export function clientPlaces(environment: {
  readonly PATH?: string;
  readonly home: string;
}): readonly string[] {
  const folders = (environment.PATH ?? "").split(":").filter((folder) => path.isAbsolute(folder));
  const own = [".local/bin", ".claude/local"].map((folder) => path.join(environment.home, folder));
  return [...folders, ...own].map((folder) => path.join(folder, "claude"));
}

/** Asks the first `claude` that can be run for its version; waits 10 seconds at most. */
export async function probeClient(places: readonly string[]): Promise<ClientProbe> {
  const program = places.find(isRunnable);
  if (program === undefined) return { kind: "unknown", reason: "no claude was found on PATH" };
  try {
    const { stdout } = await run(program, ["--version"], { timeout: PATIENCE_MS });
    const version = parseClientVersion(stdout);
    if (version !== undefined) return { kind: "found", program, version };
    return { kind: "unknown", reason: `${program} --version printed ${JSON.stringify(stdout.slice(0, 80))}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "unknown", reason: `${program} --version failed: ${reason.trim()}` };
  }
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
