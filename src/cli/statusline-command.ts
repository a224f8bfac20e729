import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { renderStatusline, runOther } from "../runtime/statusline.ts";
import { addExample } from "./example.ts";

/** Adds `statusline`; an installed `sandhook` answers it without loading the rest of the program. */
export function addStatuslineCommand(program: Command): void {
  addExample(program.command("statusline"), "sandhook statusline --with 'git branch --show-current'")
    .description(
      'engine, network and refusals for Claude Code\'s status line ("statusLine": { "type": "command", "command": … })',
    )
    .option("--with <command>", "a status line of your own, which is printed above")
    .action((flags: { readonly with?: string }) => {
      const input = process.stdin.isTTY ? "" : readFileSync(0, "utf8");
      const above = flags.with === undefined ? "" : runOther(flags.with, input);
      process.stdout.write(`${above}${renderStatusline(input, process.cwd())}\n`);
    });
}
