import path from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { addClaudeCommand, isLaunch, runClaude } from "./claude-command.ts";
import { addContainerCommands } from "./container-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addExplainCommand } from "./explain-command.ts";
import { addInstallCommands } from "./install-command.ts";
import { installContext } from "./install-context.ts";
import { addLearnCommand } from "./learn-command.ts";
import { addManagedCommands } from "./managed-command.ts";
import { addNetworkCommands } from "./network-command.ts";
import { addVerifyCommand } from "./verify-command.ts";

/** The built product that this file is part of. */
const folder = path.dirname(fileURLToPath(import.meta.url));

const program = new Command("sandhook")
  .description("Runs every shell command of Claude Code in a sandbox.")
  .version(manifest.version)
  .showHelpAfterError("Type: sandhook --help");
const context = installContext({ folder, version: manifest.version });
addInstallCommands(program, context);
addManagedCommands(program, context);
addDoctorCommand(program);
addVerifyCommand(program, context);
addExplainCommand(program);
addContainerCommands(program);
addNetworkCommands(program);
addLearnCommand(program, context);
addClaudeCommand(program);
const words = process.argv.slice(2);
if (isLaunch(words)) await runClaude(words.slice(1), context);
else await program.parseAsync();
