import type { Config } from "../config/resolve.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, hostPath, joinHost } from "../core/paths.ts";
import type { ContainerMount, ContainerPlan, LimitsPlan } from "../core/plan.ts";
import { expandPath } from "./expand-pattern.ts";
import { pairsToObject } from "./plan-environment.ts";
import { PROJECT_FILES } from "./project-files.ts";

/** The object without the members that are undefined. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** How much the container may use; what config does not say is left to the engine. */
export function planLimits(config: Config): LimitsPlan {
  const ulimits = Object.entries(pairsToObject(config["container.ulimits"]));
  return given({
    memoryBytes: config["container.memory"].value,
    cpus: config["container.cpus"].value,
    pids: config["container.pids"].value,
    diskBytes: config["container.disk"].value,
    ulimits: ulimits.length === 0 ? undefined : ulimits.map(([name, value]) => `${name}=${value}`),
  });
}

function planMounts(host: Host, config: Config, root: HostPath): ContainerMount[] | undefined {
  const mounts = config["container.mounts"].map(({ value }) => {
    const source = expandPath(value.source, host.home, root);
    return {
      source,
      target: value.target === undefined ? source : hostPath(value.target),
      readOnly: value.readOnly ?? true,
    };
  });
  return mounts.length === 0 ? undefined : mounts;
}

interface ProjectFiles {
  readonly dockerfile?: HostPath;
  readonly startup?: HostPath;
  readonly devcontainer?: HostPath;
  readonly notes: readonly string[];
}

function findProjectFiles(host: Host, config: Config, root: HostPath): ProjectFiles {
  const there = PROJECT_FILES.filter(
    ([key, name]) =>
      config[`container.${key}`].value === undefined && host.inspect(joinHost(root, name))?.kind === "file",
  );
  if (!config.trusted)
    return {
      notes: there.map(
        ([, name]) => `${name} is not used: this project is not trusted (type: sandhook trust)`,
      ),
    };
  return { ...Object.fromEntries(there.map(([key, name]) => [key, joinHost(root, name)])), notes: [] };
}

/** What config says about the container; the engines bubblewrap and seatbelt have no use for it. */
export function planContainerSettings(host: Host, config: Config, root: HostPath): ContainerPlan {
  const file = (written: string | undefined): HostPath | undefined =>
    written === undefined ? undefined : expandPath(written, host.home, root);
  const texts = (list: readonly { readonly value: string }[]): readonly string[] | undefined =>
    list.length === 0 ? undefined : list.map(({ value }) => value);
  const environment = pairsToObject(config["container.env"]);
  const { notes, ...found } = findProjectFiles(host, config, root);
  return {
    image: config["container.image"].value,
    ...given({
      dockerfile: file(config["container.dockerfile"].value) ?? found.dockerfile,
      devcontainer: file(config["container.devcontainer"].value) ?? found.devcontainer,
      command: config["container.command"].value,
      host: config["container.host"].value,
      runtime: config["container.runtime"].value,
      startup: file(config["container.startup"].value) ?? found.startup,
      idleSeconds: config["container.idleSeconds"].value,
      mounts: planMounts(host, config, root),
      environment: Object.keys(environment).length === 0 ? undefined : environment,
      ports: texts(config["container.ports"]),
      caches: texts(config["container.caches"]),
      flags: texts(config["container.flags"]),
      allowFlags: texts(config["container.allowFlags"]),
      separate: texts(config["container.separate"]),
      notes: notes.length === 0 ? undefined : notes,
    }),
  };
}
