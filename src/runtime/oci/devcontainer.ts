import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { EngineError } from "../../core/errors.ts";
import type { ContainerSpec, Devcontainer } from "../../engine/oci/container-spec.ts";
import { type Client, clientEnvironment } from "./client.ts";
import type { Say } from "./progress.ts";

/** What a devcontainer.json says about the container that its image is run as. */
export interface DevcontainerFacts {
  readonly environment: Readonly<Record<string, string>>;
  /** Each as its author wrote it: a line for the shell, or words. */
  readonly commands: readonly (string | readonly string[])[];
  /** What is asked for and not given. */
  readonly notes: readonly string[];
}

/** Asked for by some projects, and the end of the sandbox if given. */
const NOT_GIVEN = [
  "privileged",
  "capAdd",
  "securityOpt",
  "mounts",
  "runArgs",
  "workspaceMount",
  "forwardPorts",
];

const COMMANDS = ["onCreateCommands", "updateContentCommands", "postCreateCommands"];

/** Runs the official tool; gives the object that it prints last. */
async function runTool(
  spec: ContainerSpec,
  { program, config, workspace }: Devcontainer,
  words: readonly string[],
  say: Say | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const temporary = path.join(spec.folder, "devcontainer");
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const env = {
    ...clientEnvironment(spec.home.path, spec.user.uid),
    TMPDIR: temporary,
    ...(spec.socket === undefined ? {} : { DOCKER_HOST: `unix://${spec.socket}` }),
  };
  const [client = ""] = spec.client;
  const common = ["--workspace-folder", workspace, "--config", config, "--docker-path", client];
  const child = execa(process.execPath, [program, ...words, ...common], {
    env,
    extendEnv: false,
    reject: false,
    cwd: "/",
    stdin: "ignore",
  });
  if (say !== undefined) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (/\] (Start: Run|STEP|Step)\b/i.test(line))
        say(`image: ${line.replace(/^\[[^\]]*\] /, "").slice(0, 120)}`);
    });
  }
  const { stdout, stderr, failed } = await child;
  rmSync(temporary, { recursive: true, force: true });
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!failed && last.startsWith("{")) return JSON.parse(last) as Readonly<Record<string, unknown>>;
  const reason = stderr.trim().split("\n").slice(-3).join(" · ").slice(0, 400);
  throw new EngineError({
    code: "devcontainer.failed",
    message: `the image of the project's container could not be made from ${config} (${reason})`,
    hint: "Check that file and the network, or name an image that is there: sandhook.container.image",
  });
}

/** The tool writes a lock file into the project unless told not to; one that is there binds it. */
function lockFlag(config: string): string {
  const lock = config.replace(/devcontainer\.json$/, "devcontainer-lock.json");
  return lock !== config && existsSync(lock) ? "--frozen-lockfile" : "--no-lockfile";
}

/** Builds the image under the tag of the specification. @throws EngineError `devcontainer.failed` */
export async function buildDevcontainer(spec: ContainerSpec, source: Devcontainer, say: Say): Promise<void> {
  say(`building the image ${source.tag} from ${source.config} (once, some minutes)`);
  await runTool(spec, source, ["build", "--image-name", source.tag, lockFlag(source.config)], say);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asCommands(written: unknown): (string | readonly string[])[] {
  if (typeof written === "string") return written === "" ? [] : [written];
  if (Array.isArray(written)) return [written.map(String)];
  return isRecord(written) ? Object.values(written).flatMap(asCommands) : [];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}

/** Variables whose value needs the running container are left out; the path that the tool has in mind becomes ours. */
function environmentOf(
  merged: Readonly<Record<string, unknown>>,
  move: (text: string) => string,
): Record<string, string> {
  const all = ["containerEnv", "remoteEnv"].flatMap((key) =>
    isRecord(merged[key]) ? Object.entries(merged[key]) : [],
  );
  const usable = all.filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && !entry[1].includes("${") && /^[A-Za-z_][A-Za-z0-9_]*$/.test(entry[0]),
  );
  return Object.fromEntries(usable.map(([name, value]) => [name, move(value)]));
}

/** What the tool makes of the file, under our own terms. @throws EngineError `devcontainer.failed`, `devcontainer.compose` */
export async function readDevcontainer(
  spec: ContainerSpec,
  source: Devcontainer,
): Promise<DevcontainerFacts> {
  const answer = await runTool(
    spec,
    source,
    ["read-configuration", "--include-merged-configuration"],
    undefined,
  );
  const merged = isRecord(answer["mergedConfiguration"]) ? answer["mergedConfiguration"] : {};
  if (merged["dockerComposeFile"] !== undefined) {
    throw new EngineError({
      code: "devcontainer.compose",
      message: `${source.config} describes several containers (dockerComposeFile), and a project has one`,
      hint: "Name an image with sandhook.container.image.",
    });
  }
  const workspace = isRecord(answer["workspace"]) ? answer["workspace"]["workspaceFolder"] : undefined;
  const move = (text: string): string =>
    typeof workspace === "string" ? text.replaceAll(workspace, () => spec.project) : text;
  const refused = NOT_GIVEN.filter((key) => !isEmpty(merged[key]));
  return {
    environment: environmentOf(merged, move),
    commands: COMMANDS.flatMap((key) => listOf(merged[key]).flatMap(asCommands)).map((command) =>
      typeof command === "string" ? move(command) : command.map(move),
    ),
    notes: refused.map((key) => `${key} of ${source.config} is not given; see docs/CONTAINERS.md`),
  };
}

/** Runs the commands of a new container, inside and as the user. @throws EngineError `devcontainer.command-failed` */
export async function runCreateCommands(
  client: Client,
  spec: ContainerSpec,
  { container, commands }: Pick<DevcontainerFacts, "commands"> & { readonly container: string },
  say: Say,
): Promise<void> {
  for (const command of commands) {
    const words = typeof command === "string" ? ["/bin/sh", "-c", command] : command;
    say(`running: ${words.at(-1) ?? ""}`.slice(0, 160));
    const ended = await client.run(["exec", "--workdir", spec.project, container, ...words], {
      onLine: say,
    });
    if (ended.ok) continue;
    await client.run(["rm", "--force", container]);
    throw new EngineError({
      code: "devcontainer.command-failed",
      message: `a command of the project's devcontainer.json failed (${JSON.stringify(command)}: ${ended.reason})`,
      hint: "Correct it, or name an image with sandhook.container.image.",
    });
  }
}
