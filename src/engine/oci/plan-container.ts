import { EngineError } from "../../core/errors.ts";
import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, isInside, joinHost } from "../../core/paths.ts";
import { type ContainerPlan, type Plan, placeOf } from "../../core/plan.ts";
import { planCaches } from "./caches.ts";
import { checkFlags } from "./check-flags.ts";
import { type ContainerSpec, INSIDE, SPEC_FORMAT, type SpecMount } from "./container-spec.ts";
import { type Flavor, locateClient } from "./flavors.ts";
import { planImage } from "./plan-image.ts";
import { planLimits } from "./plan-limits.ts";
import { planReach } from "./plan-reach.ts";
import { mountedRoots, planSpecMounts } from "./plan-spec-mounts.ts";

const DEFAULT_IDLE_SECONDS = 30 * 60;

/** Folders of a project's container below our state. */
export function containerFolder(site: Site, engine: string, key: string): HostPath {
  return joinHost(site.state, "containers", engine, key);
}

/**
 * Refuses a working folder that the container does not have, while the answer can still say so plainly.
 * @throws EngineError `cwd.outside`
 */
export function requireMountedCwd(plan: Plan, host: Host): HostPath {
  const cwd = host.realPath(plan.call.cwd) ?? plan.call.cwd;
  const { readable, writable, temporary } = mountedRoots(plan.filesystem, host);
  if ([...readable, ...writable, temporary].some((root) => isInside(cwd, root))) return cwd;
  throw new EngineError({
    code: "cwd.outside",
    message: `the working folder ${cwd} is not in the project's container`,
    hint: `Change to a folder of ${plan.project.root}, or add ${JSON.stringify(cwd)} to sandhook.filesystem.allowRead in your user settings.`,
  });
}

/**
 * Published ports, on this machine's loopback unless an address says otherwise.
 * @throws EngineError `container.ports-without-network`
 */
function planPorts(ports: readonly string[], network: ContainerSpec["network"]): string[] {
  if (ports.length > 0 && network === "none") {
    throw new EngineError({
      code: "container.ports-without-network",
      message: "sandhook.container.ports publishes ports, and this project's container has no network",
      hint: 'Set sandhook.network to "open", or remove the ports.',
    });
  }
  return ports.map((port) => {
    const fields = port.replace(/\/.*$/, "").split(":").length;
    if (fields > 2) return port;
    return `127.0.0.1:${fields === 1 ? `${port.replace(/\/.*$/, "")}:${port}` : port}`;
  });
}

/** A startup script of the project is read at its place; another one is bound into ours. */
function planStartup(
  { startup }: ContainerPlan,
  root: HostPath,
  host: Host,
): { mounts: SpecMount[]; path?: string } {
  if (startup === undefined) return { mounts: [] };
  const source = host.realPath(startup);
  if (source === undefined) {
    throw new EngineError({
      code: "container.startup-missing",
      message: `the startup script ${startup} does not exist`,
      hint: "Make it, or correct sandhook.container.startup.",
    });
  }
  if (isInside(source, root)) return { mounts: [], path: source };
  const target = `${INSIDE}/startup`;
  return { mounts: [{ source, target, kind: "file", readOnly: true }], path: target };
}

/** @throws EngineError `container.separate-folder` */
function planSeparate(plan: Plan, name: string, host: Host): ContainerSpec["separate"] {
  return (plan.container.separate ?? []).map((folder) => {
    const target = joinHost(plan.project.root, folder);
    const kind = host.inspect(target)?.kind ?? "directory";
    const inPlace = kind === "directory" && (host.realPath(target) ?? target) === target;
    if (inPlace && target !== plan.project.root && isInside(target, plan.project.root))
      return { name: `${name}-${host.digest(target).slice(0, 8)}`, target };
    throw new EngineError({
      code: "container.separate-folder",
      message: `sandhook.container.separate names ${JSON.stringify(folder)}, which is not a folder of the project`,
      hint: "Name folders relative to the project, for example node_modules; no links.",
    });
  });
}

/** Not through the link `current`, which an update moves. */
function realPlace(host: Host, path: HostPath): HostPath {
  return host.realPath(path) ?? path;
}

/**
 * The container of a plan's project. The same plan, site and files give the same specification; nothing about the
 * single call is in it.
 * @throws EngineError, PolicyError of every part: image, mounts, flags, limits, caches, the engine's place
 */
export function planContainer(flavor: Flavor, plan: Plan, site: Site, host: Host): ContainerSpec {
  const { key, root } = plan.project;
  const place = placeOf(plan.project);
  const { container } = plan;
  const folder = containerFolder(site, flavor.name, place);
  // Another program finds its engine by itself.
  const socket = container.command === undefined ? flavor.locateSocket(host, container.host) : undefined;
  const filesystem = mountedRoots(plan.filesystem, host);
  // Two accounts may share a daemon and a project's path, but never a container or its home.
  const owner = host.digest(`${site.state}\n${host.uid}`).slice(0, 8);
  const name = `sandhook-${place}-${owner}`;
  // The home and what is installed in it are the project's, whatever the policy of a command.
  const home = `sandhook-${key}-${owner}`;
  const reach = planReach(plan, site, host);
  const startup = planStartup(container, root, host);
  const flags = container.flags ?? [];
  checkFlags(flags, container.allowFlags ?? []);
  return {
    format: SPEC_FORMAT,
    engine: flavor.name,
    client: [locateClient(flavor, host, container.command), ...flavor.clientFlags(socket)],
    ...(socket === undefined ? {} : { socket }),
    name,
    project: root,
    folder,
    lock: joinHost(site.state, "locks", key),
    scripts: realPlace(host, joinHost(site.libexec, "container")),
    seccomp: realPlace(host, joinHost(site.profiles, "container/seccomp.json")),
    image: planImage(plan, site, host),
    user: { uid: host.uid, gid: host.gid },
    userFlags: flavor.userFlags(host),
    home: { path: host.home, volume: `${home}-home` },
    temporary: filesystem.temporary,
    mounts: [...planSpecMounts(filesystem, container.mounts ?? [], folder, host), ...startup.mounts],
    volumes: planCaches(container.caches ?? [], host.home, owner),
    separate: planSeparate(plan, home, host),
    environment: {
      ...container.environment,
      HOME: host.home,
      TMPDIR: filesystem.temporary,
      GIT_CONFIG_SYSTEM: `${INSIDE}/config/gitconfig`,
      ...(startup.path === undefined ? {} : { SANDHOOK_STARTUP: startup.path }),
    },
    ...reach,
    ports: planPorts(container.ports ?? [], reach.network),
    limits: planLimits(plan.limits, flavor, host),
    ...(container.runtime === undefined ? {} : { runtime: container.runtime }),
    flags,
    idleSeconds: container.idleSeconds ?? DEFAULT_IDLE_SECONDS,
    notes: container.notes ?? [],
  };
}
