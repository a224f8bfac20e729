import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { Command } from "commander";
import manifest from "./package.json" with { type: "json" };
import { addInstallCommands } from "./src/cli/install-command.ts";
import { installContext } from "./src/cli/install-context.ts";

// One-command installer from a checkout: npx tsx install.ts [flags of `sandhook install`]
const here = path.dirname(fileURLToPath(import.meta.url));
const built = existsSync(path.join(here, "dist")) ? path.join(here, "dist") : here;
const program = new Command("install").exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
addInstallCommands(program, installContext({ folder: built, version: manifest.version }));
await program.parseAsync(["install", ...process.argv.slice(2)], { from: "user" });
