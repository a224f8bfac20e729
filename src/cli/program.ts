import { Command } from "commander";
import { addAllowCommand } from "./allow-command.ts";
import { addAuditCommands } from "./audit-command.ts";
import { addClaudeCommand } from "./claude-command.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addContainerCommands } from "./container-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addExplainCommand } from "./explain-command.ts";
import { addInstallCommands } from "./install-command.ts";
import { addExample } from "./example.ts";
import type { InstallContext } from "./install-context.ts";
import { addLearnCommand } from "./learn-command.ts";
import { addManagedCommands } from "./managed-command.ts";
import { addNetworkCommands } from "./network-command.ts";
import { addReportCommand } from "./report-command.ts";
import { addStatusCommand } from "./status-command.ts";
import { addStatuslineCommand } from "./statusline-command.ts";
import { addTrustCommand } from "./trust-command.ts";
import { addVerifyCommand } from "./verify-command.ts";
import { addWhyCommand } from "./why-command.ts";

/** Every command of `sandhook`. Wrong usage ends in 2, and names what was probably meant. */
export function buildProgram(context: InstallContext): Command {
  const program = new Command("sandhook")
    .description("Runs every shell command of Claude Code in a sandbox.")
    .version(context.source.version)
    // `audit` and `audit verify` have options of the same name: what stands behind a command is that command's.
    .enablePositionalOptions()
    .showHelpAfterError("Type: sandhook --help")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  addExample(program, "sandhook install");
  addInstallCommands(program, context);
  addManagedCommands(program, context);
  addDoctorCommand(program);
  addTrustCommand(program, context);
  addVerifyCommand(program, context);
  addExplainCommand(program);
  addWhyCommand(program);
  addAllowCommand(program, context);
  addStatusCommand(program);
  addContainerCommands(program);
  addNetworkCommands(program);
  addLearnCommand(program, context);
  addAuditCommands(program, context.source.folder);
  addClaudeCommand(program);
  addCompletionCommand(program);
  addReportCommand(program);
  addStatuslineCommand(program);
  return program;
}
