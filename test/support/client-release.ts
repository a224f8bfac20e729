import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL("../../.cache/clients/", import.meta.url));
const SCOPE = "@anthropic-ai/claude-code";

/** The newest release the suites are written against, and the oldest one that is supported. */
export const NEWEST_RELEASE = "2.1.330";
export const OLDEST_RELEASE = "2.0.76";

/** How to start a client: the executable and the arguments that come before the client's own. */
export type ClientCommand = { readonly file: string; readonly args: readonly string[] };

const fetching = new Map<string, Promise<ClientCommand>>();

/**
 * Fetches the client of a release from npm into `.cache/clients/<release>/`, once. A folder appears there complete or
 * not at all; of several workers that fetch at the same time the first one wins.
 */
export function fetchClient(release: string): Promise<ClientCommand> {
  const known = fetching.get(release) ?? ensureClient(release);
  fetching.set(release, known);
  return known;
}

async function ensureClient(release: string): Promise<ClientCommand> {
  const folder = join(CACHE, release);
  if (!existsSync(folder)) await downloadClient(release, folder);
  const binary = join(folder, "claude");
  if (existsSync(binary)) return { file: binary, args: [] };
  return { file: process.execPath, args: [join(folder, "cli.js")] };
}

async function downloadClient(release: string, folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, ".fetch-"));
  try {
    const { stdout } = await run("npm", ["pack", "--silent", `${await packageOf(release)}@${release}`], {
      cwd: work,
    });
    await run("tar", ["-xzf", stdout.trim(), "--no-same-owner"], { cwd: work });
    await rename(join(work, "package"), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Native releases list one package per platform; older ones are JavaScript inside the main package. */
async function packageOf(release: string): Promise<string> {
  const native = `${SCOPE}-${process.platform}-${process.arch}`;
  const query = ["view", `${SCOPE}@${release}`, "optionalDependencies", "--json"];
  const { stdout } = await run("npm", query);
  return stdout.includes(`"${native}"`) ? native : SCOPE;
}
