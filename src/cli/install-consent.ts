import { InvalidArgumentError } from "commander";
import { InputError, renderFailure } from "../core/errors.ts";
import { type ClientVersion, parseClientVersion } from "../install/client-version.ts";
import type { InstallContext } from "./install-context.ts";

/** Runs an action: its number is the exit code; a failure is told, and is 1, or 2 for wrong usage. */
export async function guarded(context: InstallContext, work: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    context.tell(`sandhook: ${renderFailure(error)}`);
    process.exitCode = error instanceof InputError ? 2 : 1;
  }
}

/** Shows a change and asks; true without a question when nobody can answer, or nothing is changed. */
export async function agreed(
  flags: { readonly yes?: true },
  context: InstallContext,
  diff: string,
): Promise<boolean> {
  if (flags.yes === true || context.ask === undefined || diff === "") return true;
  context.tell(diff);
  if (await context.ask("Make this change?")) return true;
  context.tell("nothing was changed");
  return false;
}

/** A release of Claude Code as a flag's value. */
export function clientVersion(text: string): ClientVersion {
  const version = parseClientVersion(text);
  if (version === undefined) throw new InvalidArgumentError("Write it as 2.1.330.");
  return version;
}
