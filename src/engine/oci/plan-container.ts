import { EngineError } from "../../core/errors.ts";
import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { doorFolder, networkFolders } from "../../core/network-place.ts";
import { hostPath, type HostPath, isInside, joinHost } from "../../core/paths.ts";
import type { FilesystemPlan, LimitsPlan, Plan } from "../../core/plan.ts";
import { type Mount, planMounts } from "../mounts.ts";
import {
  type ContainerSpec,
  type ImageSource,
  SPEC_FORMAT,
  type SpecLimits,
  type SpecMount,
} from "./container-spec.ts";
import { type Flavor, locateClient } from "./flavors.ts";

const DEFAULT_IDLE_SECONDS = 30 * 60;

/** Enough for 64 parallel calls and a parallel build; a fork bomb ends here instead of on the host. */
const DEFAULT_PIDS = 8192;

/** The share of the machine's memory that one project gets by default. */
const MEMORY_SHARE = 0.8;
const MEMORY_STEP = 256 * 1024 * 1024;

/** Where the parts that we mount lie inside. */
export const INSIDE = "/run/sandhook";

/** Folders of a project's container below our state. */
export function containerFolder(site: Site, engine: string, key: string): HostPath {
  return joinHost(site.state, "containers", engine, key);
}

/**
 * What of a plan's reads a container gets. The home folder inside is a volume of its own, and the shell snapshots define
 * what only the host has. The client's folders below /tmp appear during a session, and would have the container made anew.
 */
function isShown(path: HostPath, host: Host): boolean {
  const snapshots = joinHost(host.claudeDir, "shell-snapshots");
  return !isInside(host.home, path) && path !== snapshots && !/^\/tmp\/claude(-\d+)?\//.test(path);
}

function mountedRoots(plan: FilesystemPlan, host: Host): FilesystemPlan {
  const readable = plan.readable.filter((path) => isShown(path, host));
  const roots = [...readable, ...plan.writable, plan.temporary];
  const hidden = plan.hidden.filter(({ path }) => roots.some((root) => isInside(path, root)));
  return { ...plan, readable, hidden };
}

function specMount(mount: Mount, plan: FilesystemPlan, folder: HostPath, host: Host): SpecMount {
  const { path } = mount;
  const hidden = plan.hidden.find((place) => place.path === path);
  if (hidden !== undefined) {
    const source = joinHost(folder, hidden.kind === "file" ? "empty-file" : "empty-folder");
    return { source, target: path, kind: hidden.kind, readOnly: true };
  }
  const missing = plan.protectedPaths.find((place) => place.path === path && place.kind === "missing");
  if (missing !== undefined) {
    const { placeholder } = missing;
    const kind = placeholder === undefined ? "directory" : "file";
    const text = placeholder === undefined ? {} : { text: placeholder };
    return { source: path, target: path, kind, readOnly: true, placeholder: text };
  }
  const kind = host.inspect(path)?.kind === "directory" ? "directory" : "file";
  return { source: path, target: path, kind, readOnly: mount.view !== "writable" };
}

function planImage(plan: Plan, site: Site, host: Host): ImageSource {
  if (plan.container.image !== undefined) return { kind: "reference", reference: plan.container.image };
  const dockerfile = joinHost(site.profiles, "container/Dockerfile");
  const text = host.readText(dockerfile);
  if (text === undefined) {
    throw new EngineError({
      code: "image.no-dockerfile",
      message: `${dockerfile} is missing`,
      hint: "Type: sandhook install",
    });
  }
  return { kind: "build", dockerfile, tag: `sandhook:${host.digest(text).slice(0, 16)}` };
}

function readMemoryTotal(host: Host): number | undefined {
  const line = /^MemTotal:\s+(\d+) kB$/m.exec(host.readText(hostPath("/proc/meminfo")) ?? "");
  return line === null ? undefined : Number(line[1]) * 1024;
}

function planLimits(limits: LimitsPlan, flavor: Flavor, host: Host): SpecLimits {
  if (!flavor.canLimit(host)) {
    if (Object.values(limits).every((value) => value === undefined)) return {};
    throw new EngineError({
      code: "limits.unsupported",
      message: `${flavor.name} cannot limit resources for an ordinary user on this machine (control groups version 1)`,
      hint: "Remove the limits from sandhook.container, or choose the engine docker.",
    });
  }
  const total = readMemoryTotal(host);
  const share = total === undefined ? 0 : Math.floor((total * MEMORY_SHARE) / MEMORY_STEP) * MEMORY_STEP;
  return {
    ...(share > 0 ? { memoryBytes: share } : {}),
    pids: DEFAULT_PIDS,
    ...limits,
  };
}

/**
 * With an allow-list the container has no network either, but the socket of the user's proxy.
 * @throws EngineError `network.no-socket` where a socket cannot cross into the machine that containers run in.
 */
function planNetwork(plan: Plan, site: Site, host: Host): Pick<ContainerSpec, "network" | "door"> {
  if (plan.network.mode !== "allowlist") return { network: plan.network.mode === "none" ? "none" : "bridge" };
  if (host.platform === "darwin") {
    throw new EngineError({
      code: "network.no-socket",
      message:
        "on macOS containers run in a virtual machine, which the socket of the network proxy cannot reach, so an allow-list cannot be enforced",
      hint: 'Choose the engine seatbelt, or set sandhook.network to "none".',
    });
  }
  return { network: "none", door: doorFolder(networkFolders(site, host).run, plan.project.key) };
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
 * The container of a plan's project. The same plan, site and files give the same specification; nothing about the
 * single call is in it.
 * @throws EngineError `image.no-dockerfile`, `limits.unsupported`, `engine.unavailable`, `docker.remote`
 */
export function planContainer(flavor: Flavor, plan: Plan, site: Site, host: Host): ContainerSpec {
  const { key, root } = plan.project;
  const folder = containerFolder(site, flavor.name, key);
  const socket = flavor.locateSocket(host);
  const filesystem = mountedRoots(plan.filesystem, host);
  // Two accounts may share a daemon and a project's path, but never a container or its home.
  const name = `sandhook-${key}-${host.digest(`${site.state}\n${host.uid}`).slice(0, 8)}`;
  const { container } = plan;
  return {
    format: SPEC_FORMAT,
    engine: flavor.name,
    client: [locateClient(flavor, host), ...flavor.clientFlags(socket)],
    ...(socket === undefined ? {} : { socket }),
    name,
    project: root,
    folder,
    lock: joinHost(site.state, "locks", key),
    scripts: host.realPath(joinHost(site.libexec, "container")) ?? joinHost(site.libexec, "container"),
    image: planImage(plan, site, host),
    user: { uid: host.uid, gid: host.gid },
    userFlags: flavor.userFlags(host),
    home: { path: host.home, volume: `${name}-home` },
    temporary: filesystem.temporary,
    mounts: planMounts(filesystem).map((mount) => specMount(mount, filesystem, folder, host)),
    volumes: [],
    environment: {
      HOME: host.home,
      TMPDIR: filesystem.temporary,
      GIT_CONFIG_SYSTEM: `${INSIDE}/config/gitconfig`,
    },
    ...planNetwork(plan, site, host),
    ports: container.ports ?? [],
    limits: planLimits(plan.limits, flavor, host),
    ...(container.runtime === undefined ? {} : { runtime: container.runtime }),
    flags: container.flags ?? [],
    idleSeconds: container.idleSeconds ?? DEFAULT_IDLE_SECONDS,
  };
}
