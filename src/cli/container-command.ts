import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import type { Command } from "commander";
import { isSandboxError, renderFailure } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import type { ContainerSpec } from "../engine/oci/container-spec.ts";
import { addExample } from "./example.ts";
import { nodeHost } from "../host/node-host.ts";
import {
  listSpecs,
  pruneContainers,
  readLogs,
  removeContainer,
  shellWords,
  stopContainer,
} from "../runtime/oci/lifecycle.ts";
import { locateSite } from "../runtime/site.ts";

function state(): string {
  return locateSite(nodeHost(process.env), hostPath("/")).state;
}

/** The containers of the project that the command was typed in. */
function ownSpecs(): ContainerSpec[] {
  const project = realpathSync(process.cwd());
  return listSpecs(state()).filter((spec) => spec.project === project);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function guarded(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    process.stderr.write(`sandhook: ${renderFailure(error)}\n`);
    process.exitCode = 1;
  }
}

async function forEachOwn(work: (spec: ContainerSpec) => Promise<void>): Promise<void> {
  const specs = ownSpecs();
  if (specs.length === 0) print("this project has no container");
  for (const spec of specs) await work(spec);
}

/** Opens a shell on the caller's terminal; its exit code becomes ours. */
function openShell(): void {
  const [spec] = ownSpecs();
  if (spec === undefined) {
    process.stderr.write("sandhook: this project has no container yet; it is made by the first command\n");
    process.exitCode = 1;
    return;
  }
  const [file = "", ...args] = shellWords(spec);
  process.exitCode = spawnSync(file, args, { stdio: "inherit" }).status ?? 1;
}

/** Adds the commands about project containers: stop, rm, prune, shell, logs. */
export function addContainerCommands(program: Command): void {
  addExample(program.command("stop"), "sandhook stop")
    .description("end this project's container with everything in it; its home volume stays")
    .action(() =>
      guarded(() =>
        forEachOwn(async (spec) => {
          await stopContainer(spec);
          print(`stopped ${spec.name}`);
        }),
      ),
    );
  addExample(program.command("rm"), "sandhook rm")
    .description("end this project's container and remove its home volume")
    .action(() =>
      guarded(() =>
        forEachOwn(async (spec) => {
          await removeContainer(spec);
          print(`removed ${spec.name} and its home volume`);
        }),
      ),
    );
  addExample(program.command("prune"), "sandhook prune")
    .description("remove containers and volumes of projects whose folder is gone")
    .action(() =>
      guarded(async () => {
        for (const name of await pruneContainers(state())) print(`removed ${name}`);
      }),
    );
  addExample(program.command("logs"), "sandhook logs")
    .description("what this project's container itself wrote")
    .action(() =>
      guarded(() =>
        forEachOwn(async (spec) => {
          print(await readLogs(spec));
        }),
      ),
    );
  addExample(program.command("shell"), "sandhook shell")
    .description("a shell in this project's container")
    .action(() => guarded(openShell));
}
