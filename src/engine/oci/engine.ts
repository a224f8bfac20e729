import type { Engine, EngineWishes, Invocation, Probe, Site, Support } from "../../core/engine.ts";
import { renderFailure } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { networkFolders } from "../../core/network-place.ts";
import { joinHost } from "../../core/paths.ts";
import { type Plan, placeOf } from "../../core/plan.ts";
import { type ContainerSpec, specText } from "./container-spec.ts";
import { DOCKER, findClient, type Flavor, PODMAN } from "./flavors.ts";
import { containerFolder, planContainer, requireMountedCwd } from "./plan-container.ts";

function probe(flavor: Flavor, host: Host, { command, address }: EngineWishes = {}): Probe {
  const program = findClient(flavor, host, command);
  if (program === undefined) {
    const reasons = [`the program ${command ?? flavor.name} is not installed`];
    const hint =
      command === undefined ? flavor.install : "Install it, or correct sandhook.container.command.";
    return { kind: "unavailable", reasons, hint };
  }
  try {
    const socket = command === undefined ? flavor.locateSocket(host, address) : undefined;
    if (socket === undefined || host.inspect(socket) !== undefined)
      return { kind: "available", program, notes: [] };
    return {
      kind: "unavailable",
      reasons: [`its daemon is not running (${socket} does not exist)`],
      hint: "Start the daemon, for example: sudo systemctl start docker. If yours listens elsewhere (DOCKER_HOST), write its address to sandhook.container.host.",
    };
  } catch (error) {
    return {
      kind: "unavailable",
      reasons: [renderFailure(error)],
      hint: "To see more, type: sandhook doctor",
    };
  }
}

function supports(flavor: Flavor, { container, limits }: Plan): Support {
  const asked: Readonly<Record<string, unknown>> = {
    // The container's own layer cannot be written at all, so that there is nothing to limit.
    "container.disk": limits.diskBytes,
    "container.command": flavor.name === "podman" ? container.command : undefined,
    "container.host": flavor.name === "podman" ? container.host : undefined,
  };
  const missing = Object.keys(asked).filter((key) => asked[key] !== undefined);
  return missing.length === 0 ? { kind: "full" } : { kind: "partial", missing };
}

/** With an allow-list, the user's proxy comes first: the container mounts the folder of its socket. */
function proxySteps(plan: Plan, site: Site, host: Host, spec: ContainerSpec): (readonly string[])[] {
  if (spec.door === undefined) return [];
  return [
    ["open_door", networkFolders(site, host).run, placeOf(plan.project), spec.door, `${spec.folder}/state`],
  ];
}

/**
 * Steps and files of one call: the runner enters the container whose policy has the digest, or has it made from the
 * specification. The client's words come last.
 */
function render(flavor: Flavor, plan: Plan, site: Site, host: Host): Invocation {
  const cwd = requireMountedCwd(plan, host);
  const spec = planContainer(flavor, plan, site, host);
  const digest = host.digest(specText(spec, (path) => host.inspect(path)?.identity));
  const uid = spec.user.uid.toString();
  const folder = containerFolder(site, flavor.name, placeOf(plan.project));
  return {
    engine: flavor.name,
    steps: [
      ...proxySteps(plan, site, host, spec),
      ["run_container", flavor.name, spec.folder, digest, uid, cwd, ...spec.client],
    ],
    files: [{ name: "spec", content: JSON.stringify(spec) }],
    folders: [joinHost(folder, "inbox"), joinHost(folder, "outbox")],
    inbox: joinHost(folder, "inbox"),
  };
}

function makeEngine(flavor: Flavor): Engine {
  return {
    name: flavor.name,
    probe: (host, wishes) => probe(flavor, host, wishes),
    supports: (plan) => supports(flavor, plan),
    render: (plan, site, host) => render(flavor, plan, site, host),
  };
}

/** One long-lived container per project, run by docker's daemon. */
export const docker: Engine = makeEngine(DOCKER);

/** The same without a daemon; for an ordinary user also without root. */
export const podman: Engine = makeEngine(PODMAN);
