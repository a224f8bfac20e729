import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import type { TempHome } from "./temp-home.ts";

export interface InstalledOptions {
  /** Written to the settings as `sandhook.engine`; default: nothing is written. */
  readonly engine?: string;
  readonly scope?: "user" | "project" | "local";
  /** Default: the newest release under test. */
  readonly clientVersion?: string;
}

let unpacked: string | undefined;

/** Packs the product as npm would publish it, and unpacks it once per test file. */
function unpackProduct(): string {
  if (unpacked !== undefined) return unpacked;
  const folder = mkdtempSync(join(tmpdir(), "sandhook-package-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    unpacked = undefined;
  });
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { stdio: "ignore" });
  execFileSync("sh", ["-c", 'tar -xzf "$1"/*.tgz -C "$1"', "sh", folder]);
  unpacked = join(folder, "package");
  return unpacked;
}

/** The packed product's program, not installed. */
export function productProgram(): string {
  return join(unpackProduct(), "dist", "sandhook.mjs");
}

/** The variables that `sandhook` is run with on behalf of a test's user. */
export function userVariables(user: TempHome): Readonly<Record<string, string>> {
  return { HOME: user.home, PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" };
}

/** Runs `sandhook` from the packed product, as the user, in the project; gives its standard output. */
export function runSandhook(
  user: TempHome,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(process.execPath, [productProgram(), ...args], {
    cwd: user.project,
    env: { ...userVariables(user), ...variables },
    encoding: "utf8",
  });
}

/** Takes away the containers and volumes that a test's project got. */
function removeContainers(user: TempHome): void {
  const docker = (...args: string[]): string[] =>
    spawnSync("docker", args, { encoding: "utf8" })
      .stdout.split("\n")
      .filter((word) => word !== "");
  const names = docker(
    "ps",
    "-a",
    "--filter",
    `label=sandhook.project=${user.project}`,
    "--format",
    "{{.Names}}",
  );
  for (const name of names) {
    docker("rm", "--force", name);
    for (const volume of docker("volume", "ls", "-q", "--filter", `name=${name}`))
      docker("volume", "rm", volume);
  }
}

/** With SANDHOOK_TEST_FAST every installed product has the resident process; else the tests of it alone. */
const FAST = process.env["SANDHOOK_TEST_FAST"] !== undefined;

/** Installs the packed product for a test's user with the command that people type. */
export function installProduct(user: TempHome, options: InstalledOptions = {}): void {
  const { scope = "user", clientVersion = "2.1.330" } = options;
  if (options.engine === "docker") {
    onTestFinished(() => {
      removeContainers(user);
    });
  }
  const engine = options.engine === undefined ? [] : ["--engine", options.engine];
  runSandhook(user, [
    "install",
    "--yes",
    "--no-check",
    ...(FAST ? [] : ["--no-resident"]),
    ...["--scope", scope, "--client-version", clientVersion],
    ...engine,
  ]);
}
