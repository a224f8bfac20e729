import { spawnSync } from "node:child_process";
import { type LayerFile, locateLayers } from "../config/layers.ts";
import { readObject } from "../config/read-layers.ts";
import { settingsReader } from "../config/settings-reader.ts";
import { InputError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { EngineName } from "../core/plan.ts";
import { chooseEngine, findEngine } from "../engine/choose.ts";
import { locateDockerSocket } from "../engine/oci/endpoint.ts";
import { resolveProject } from "../pipeline.ts";
import type { Subject } from "./verify.ts";
import type { WorldSettings } from "./world.ts";

export const ENGINE_NAMES = ["bubblewrap", "docker", "podman", "seatbelt"] as const;

export type EngineChoice = EngineName | "all";

/** What of a settings file decides about the sandbox. */
const SECTIONS = ["sandhook", "sandbox"] as const;

/** Keys that name files of the real project, which the throw-away one does not have. */
const OF_THE_PROJECT = ["dockerfile", "devcontainer", "startup", "separate"] as const;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutFiles(section: unknown): unknown {
  if (!isRecord(section) || !isRecord(section["container"])) return section;
  const container = Object.fromEntries(
    Object.entries(section["container"]).filter(([key]) => !OF_THE_PROJECT.some((name) => name === key)),
  );
  return { ...section, container };
}

function sectionsOf(host: Host, { file, scope }: LayerFile): Record<string, unknown> | undefined {
  const settings = readObject(host, file, settingsReader);
  if (settings === undefined) return undefined;
  const kept = SECTIONS.filter((name) => settings[name] !== undefined).map(
    (name) => [name, scope === "user" ? settings[name] : withoutFiles(settings[name])] as const,
  );
  return Object.fromEntries(kept);
}

/** The engine chosen in the user's settings, and left open in the others. `daemon`: docker's, which a context may name. */
function withEngine(settings: WorldSettings, engine: EngineName, daemon: string | undefined): WorldSettings {
  const open = (file: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | undefined => {
    if (file === undefined || !isRecord(file["sandhook"])) return file;
    const rest = Object.entries(file["sandhook"]).filter(([key]) => key !== "engine");
    return { ...file, sandhook: Object.fromEntries(rest) };
  };
  const user = open(settings.user) ?? {};
  const section = isRecord(user["sandhook"]) ? user["sandhook"] : {};
  const container = isRecord(section["container"]) ? section["container"] : {};
  const placed =
    engine === "docker" && daemon !== undefined ? { container: { ...container, host: daemon } } : {};
  return {
    user: { ...user, sandhook: { ...section, engine, ...placed } },
    project: open(settings.project),
    local: open(settings.local),
  };
}

/** Rootless podman keeps its images below HOME: the throw-away user looks into the real one's store. */
function podmanStore(host: Host): Record<string, string> {
  const program = host.findProgram("podman");
  if (host.uid === 0 || program === undefined) return {};
  const format = "{{.Store.GraphDriverName}}\n{{.Store.GraphRoot}}";
  const { stdout } = spawnSync(program, ["info", "--format", format], { encoding: "utf8", cwd: "/" });
  const [driver = "", root = ""] = stdout.trim().split("\n");
  if (root === "") return {};
  const lines = [
    "[storage]",
    `driver = ${JSON.stringify(driver)}`,
    `graphroot = ${JSON.stringify(root)}`,
    "",
  ];
  return { ".config/containers/storage.conf": lines.join("\n") };
}

/** The user's profiles, which settings may name. */
function profiles(host: Host): Record<string, string> {
  const folder = joinHost(host.home, ".config/sandhook/profiles");
  return Object.fromEntries(
    host.list(folder).flatMap((name) => {
      const text = host.readText(joinHost(folder, name));
      return text === undefined ? [] : [[`.config/sandhook/profiles/${name}`, text] as const];
    }),
  );
}

/**
 * What to attack: the engine that the settings of this project choose, the named one, or every one that works here.
 * The throw-away users get this user's settings; managed ones count by themselves.
 * @throws SandboxError when the settings cannot be used; InputError `verify.engine-missing`
 */
export function chooseSubjects(
  host: Host,
  folder: HostPath,
  choice: EngineChoice | undefined,
): { readonly subjects: readonly Subject[]; readonly absent: readonly string[] } {
  const { project, config } = resolveProject(host, folder, settingsReader);
  const layers = locateLayers(host, project.root);
  const of = (scope: "user" | "project" | "local"): Record<string, unknown> | undefined =>
    layers.filter((layer) => layer.scope === scope).map((layer) => sectionsOf(host, layer))[0];
  const settings = { user: of("user"), project: of("project"), local: of("local") };
  const absent: string[] = [];
  const wishes = { command: config["container.command"].value, address: config["container.host"].value };
  const works = (name: EngineName): boolean => {
    const probe = findEngine(name)?.probe(host, wishes);
    if (probe?.kind === "available") return true;
    absent.push(`${name}: ${probe?.reasons.join("; ") ?? "unknown"}`);
    return false;
  };
  const daemon = (): string => `unix://${locateDockerSocket(host, wishes.address)}`;
  const named =
    choice === undefined ? [chooseEngine(config, host).name] : choice === "all" ? ENGINE_NAMES : [choice];
  const engines = named.filter(works);
  if (choice !== undefined && choice !== "all" && engines.length === 0) {
    throw new InputError({
      code: "verify.engine-missing",
      message: `there is no ${absent.join()}`,
      hint: "Choose another engine, or type: sandhook doctor",
    });
  }
  return {
    absent,
    subjects: engines.map((engine) => ({
      engine,
      settings: withEngine(settings, engine, engine === "docker" ? daemon() : undefined),
      files: { ...profiles(host), ...(engine === "podman" ? podmanStore(host) : {}) },
    })),
  };
}
