import { Argument, type Command } from "commander";
import { readCommandTree } from "./completion/command-tree.ts";
import { renderBash } from "./completion/render-bash.ts";
import { renderFish } from "./completion/render-fish.ts";
import { renderZsh } from "./completion/render-zsh.ts";
import { addExample } from "./example.ts";

const RENDERERS = { bash: renderBash, zsh: renderZsh, fish: renderFish } as const;
const SHELLS = ["bash", "zsh", "fish"] as const;

/** Adds `completion`. */
export function addCompletionCommand(program: Command): void {
  addExample(program.command("completion"), "sandhook completion bash > ~/.sandhook-completion")
    .description("print a script that completes sandhook's commands in your shell")
    .addArgument(new Argument("<shell>", "your shell").choices(SHELLS))
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(RENDERERS[shell](readCommandTree(program)));
    });
}
