import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ClientOptions } from "./client.ts";
import { runSandhook } from "./installed.ts";
import type { TempHome } from "./temp-home.ts";

/** The folders of a test that stand in for the machine's. */
export interface StandInMachine {
  /** For /etc/claude-code. */
  readonly managed: string;
  /** For /opt/sandhook. */
  readonly managedRuntime: string;
}

/** Installs for every user of a machine whose /etc/claude-code and /opt/sandhook are folders of the test. */
export function installManaged(user: TempHome, flags: readonly string[] = []): StandInMachine {
  const machine = join(user.root, "machine");
  mkdirSync(machine);
  runSandhook(user, [
    ...["install", "--scope", "managed", "--staging", machine, "--yes", "--engine", "bubblewrap"],
    ...flags,
  ]);
  return {
    managed: join(machine, "etc/claude-code"),
    managedRuntime: join(machine, "opt/sandhook"),
  } satisfies Partial<ClientOptions>;
}
