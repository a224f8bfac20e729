import type { Command } from "commander";

/** Ends a command's help with a line that can be typed as it stands. */
export function addExample(command: Command, line: string): Command {
  return command.addHelpText("after", `\nExample:\n  ${line}`);
}
