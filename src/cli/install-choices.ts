import { cancel, isCancel, select, spinner } from "@clack/prompts";
import type { EngineName } from "../core/plan.ts";
import { findEngine } from "../engine/choose.ts";
import { nodeHost } from "../host/node-host.ts";
import type { InstallScope } from "../install/scope.ts";
import type { InstallContext } from "./install-context.ts";

/** What a person chose on the terminal; `engine` undefined leaves the setting as it is. */
export interface Choices {
  readonly scope: InstallScope;
  readonly engine: EngineName | undefined;
}

const OWN = { input: process.stdin, output: process.stderr } as const;

/** Why an engine cannot be had here, in a few words; undefined when it can. */
function missing(name: EngineName, context: InstallContext): string | undefined {
  const probe = findEngine(name)?.probe(nodeHost(context.variables), {
    command: undefined,
    address: undefined,
  });
  return probe?.kind === "unavailable" ? `not here yet: ${probe.reasons.join("; ")}` : undefined;
}

async function askScope(context: InstallContext): Promise<InstallScope | undefined> {
  const scope = await select<InstallScope>({
    ...OWN,
    message: "Whose commands shall run in a sandbox?",
    options: [
      { value: "user", label: "mine, in every project" },
      { value: "project", label: "the team's in this project", hint: `committed in ${context.cwd}/.claude` },
      { value: "local", label: "mine in this project", hint: "not committed" },
    ],
  });
  return isCancel(scope) ? undefined : scope;
}

async function askEngine(context: InstallContext): Promise<EngineName | "auto" | undefined> {
  const native: EngineName = process.platform === "darwin" ? "seatbelt" : "bubblewrap";
  const option = (value: EngineName, label: string) => {
    const hint = missing(value, context);
    return { value, label, ...(hint === undefined ? {} : { hint }) };
  };
  const engine = await select<EngineName | "auto">({
    ...OWN,
    message: "In which sandbox?",
    options: [
      {
        value: "auto",
        label: "the built-in one",
        hint: `${native}, or a container when the project names an image`,
      },
      option("docker", "a docker container of each project"),
      option("podman", "a podman container of each project"),
    ],
  });
  return isCancel(engine) ? undefined : engine;
}

/** Asks with arrow keys what the flags would say; undefined when the person gave up. */
export async function askChoices(context: InstallContext): Promise<Choices | undefined> {
  const scope = await askScope(context);
  const engine = scope === undefined ? undefined : await askEngine(context);
  if (scope === undefined || engine === undefined) {
    cancel("nothing was changed", OWN);
    return undefined;
  }
  return { scope, engine: engine === "auto" ? undefined : engine };
}

/** Shows that something is being done: a spinner for a person, a line for a pipe. */
export async function withProgress<T>(
  message: string,
  context: InstallContext,
  work: () => Promise<T>,
): Promise<T> {
  if (context.ask === undefined) {
    context.tell(`${message} …`);
    return work();
  }
  const shown = spinner({ output: process.stderr });
  shown.start(message);
  try {
    return await work();
  } finally {
    shown.stop(message);
  }
}
