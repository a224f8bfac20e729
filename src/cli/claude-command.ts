import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { type Command, Option } from "commander";
import { joinHost } from "../core/paths.ts";
import { withInstallLock } from "../install/install-lock.ts";
import { layoutFor } from "../install/layout.ts";
import { ensureRuntime } from "../install/runtime.ts";
import { readEnvironment } from "../install/scope.ts";
import { refuseMissingNode, refuseUnstableNode } from "../install/stable-node.ts";
import { guarded } from "./install-consent.ts";
import { addExample } from "./example.ts";
import type { InstallContext } from "./install-context.ts";

/** Signals that the client decides about. A terminal sends the first two to it as well. */
const SIGNALS = ["SIGINT", "SIGQUIT", "SIGHUP", "SIGTERM"] as const;

/** Adds `claude`. Its options are read by the launcher, since from the first word of the client's on nothing is ours. */
export function addClaudeCommand(program: Command): void {
  addExample(program.command("claude"), "sandhook claude --sandbox --network none -- -p 'run the tests'")
    .description("start Claude Code with its commands sandboxed, also where nothing is installed")
    .addOption(
      new Option("--sandbox [engine]", "sandbox the commands of this session (--sandbox=docker)").choices([
        ...["auto", "docker", "podman", "bubblewrap", "seatbelt"],
      ]),
    )
    .option(
      "--no-sandbox",
      "run the commands of this session as they are; logged, and no managed policy may require it",
    )
    .option("--profile <name>", "the profile of this session")
    .addOption(
      new Option("--network <mode>", "the network of this session").choices(["none", "allowlist", "open"]),
    )
    .argument("[words...]", "what Claude Code gets; its own options after --")
    .action(() => undefined);
}

/** True when the words are for the launcher, and not a question about it. */
export function isLaunch([command, first]: readonly string[]): boolean {
  return command === "claude" && first !== "--help" && first !== "-h";
}

/** Starts the client through the launcher of the installed runtime, which is put in place when there is none. */
export async function runClaude(words: readonly string[], context: InstallContext): Promise<void> {
  await guarded(context, async () => {
    const environment = readEnvironment(context.variables, context);
    const layout = layoutFor(environment.home);
    const launcher = joinHost(layout.current, "libexec/launch");
    if (!existsSync(launcher) || !existsSync(layout.node)) {
      refuseUnstableNode(environment.node);
      refuseMissingNode(environment.node);
      const { source } = context;
      await withInstallLock(layout.lock, () => {
        ensureRuntime(layout, {
          source,
          node: environment.node,
          chained: undefined,
          onStep: () => undefined,
        });
      });
    }
    return passThrough(launcher, ["command", ...words]);
  });
}

/** Runs a program on our own terminal; its exit code, or 128 and its signal, becomes ours. */
function passThrough(file: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit" });
    for (const [rank, signal] of SIGNALS.entries()) {
      process.on(signal, () => {
        if (rank > 1 || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
