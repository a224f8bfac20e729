import path from "node:path";
import { layoutFor } from "../install/layout.ts";
import { readEnvironment } from "../install/scope.ts";
import {
  type StartupEdit,
  holdsShim,
  installShim,
  planShim,
  planShimRemoval,
  uninstallShim,
} from "../install/shim/install-shim.ts";
import { pathLine } from "../install/shim/path-line.ts";
import { refuseMissingNode, refuseUnstableNode } from "../install/stable-node.ts";
import { renderDiff } from "../install/text-diff.ts";
import { agreed } from "./install-consent.ts";
import type { InstallContext } from "./install-context.ts";

export interface ShimFlags {
  readonly node?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

function diffOf(edits: readonly StartupEdit[]): string {
  return edits.map(({ file, after }) => renderDiff(file.path, file.text, after)).join("");
}

/** `install --shim`; gives the exit code. */
export async function runShimInstall(flags: ShimFlags, context: InstallContext): Promise<number> {
  const node = flags.node ?? context.node;
  const { home } = readEnvironment(context.variables, { cwd: context.cwd, node });
  refuseUnstableNode(node);
  refuseMissingNode(node);
  const options = { home, shell: context.variables["SHELL"], source: context.source, node };
  const edits = planShim(options);
  const diff = diffOf(edits);
  const { shim } = layoutFor(home);
  if (flags.dryRun === true) {
    context.print(`would write ${shim}\n${diff}`);
    return 0;
  }
  if (!(await agreed(flags, context, diff))) return 1;
  let steps = 0;
  await installShim(options, (step) => {
    steps += 1;
    context.print(`${step}\n`);
  });
  if (steps === 0) context.print("everything was installed already\n");
  const line = pathLine(path.dirname(shim), "posix");
  context.tell(
    edits.length === 0
      ? `your shell is not known: put this line in its start-up file:\n  ${line}`
      : `open a new terminal, or type:\n  ${line}\nthen: claude --sandbox`,
  );
  return 0;
}

/** `uninstall --shim`; gives the exit code. */
export async function runShimUninstall(flags: ShimFlags, context: InstallContext): Promise<number> {
  const { home } = readEnvironment(context.variables, context);
  const diff = diffOf(planShimRemoval(home));
  if (flags.dryRun === true) {
    context.print(diff === "" ? "no start-up file holds a line of sandhook\n" : diff);
    return 0;
  }
  if (!(await agreed(flags, context, diff))) return 1;
  let steps = 0;
  await uninstallShim(home, (step) => {
    steps += 1;
    context.print(`${step}\n`);
  });
  if (steps === 0) context.print("there was no claude of sandhook\n");
  return 0;
}

/** Said after an uninstallation that leaves the shim, and the runtime for it. */
export function tellShimStays(context: InstallContext): void {
  const { home } = readEnvironment(context.variables, context);
  if (holdsShim(layoutFor(home)))
    context.tell(
      "the claude in front of Claude Code stays; to take it away, type: sandhook uninstall --shim",
    );
}
