import { type ClientVersion, missingGates, renderVersion } from "../install/client-version.ts";
import { clientPlaces, probeClient } from "../install/probe-client.ts";
import type { SelfCheck } from "../install/self-check.ts";
import type { InstallContext } from "./install-context.ts";
import { type Colour, ownTerminal } from "./terminal.ts";

/** Finds out which release of Claude Code is installed, and says what that costs. */
export async function detectClient(
  context: InstallContext,
  home: string,
): Promise<ClientVersion | undefined> {
  const { PATH } = context.variables;
  const probe = await probeClient(clientPlaces({ home, ...(PATH !== undefined && { PATH }) }));
  if (probe.kind === "unknown") {
    context.tell(
      `the release of Claude Code is not known (${probe.reason}); the hook is registered in a form for all of them`,
    );
    return undefined;
  }
  for (const gate of missingGates(probe.version).filter(
    ({ name }) => name === "onFailure" || name === "exec form of hooks",
  )) {
    context.tell(
      `Claude Code ${renderVersion(probe.version)} is older than ${renderVersion(gate.since)}: ${gate.before}`,
    );
  }
  return probe.version;
}

/** Shows a self-check; gives the exit code. */
export function reportCheck(check: SelfCheck, { print, tell }: InstallContext): number {
  switch (check.kind) {
    case "sandboxed":
      print(
        `before (on this machine):\n${colour("yellow", check.before)}after (in the sandbox):\n${colour("green", check.after)}`,
      );
      return 0;
    case "refused":
      tell(`sandhook: the hook is registered, and refuses commands:\n${check.reason}`);
      return 1;
    case "failed":
      tell(
        `sandhook: the hook is registered, but the sandbox does not work: ${check.reason}\nIt ran: ${check.rewritten}`,
      );
      return 1;
    case "unprotected":
      tell(`sandhook: the hook is registered, but does NOT sandbox commands: ${check.reason}`);
      return 1;
  }
}

/** Indented, and coloured line by line for a person. */
function colour(name: Colour, text: string): string {
  const { paint } = ownTerminal();
  return text.replace(/^.+$/gm, (line) => `  ${paint(name, line)}`);
}
