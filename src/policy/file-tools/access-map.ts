import clientFiles from "../../../profiles/client-files.json" with { type: "json" };
import type { Config } from "../../config/resolve.ts";
import type { Host } from "../../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost, parentOf } from "../../core/paths.ts";
import { SYSTEM_FOLDERS } from "../../core/system-folders.ts";
import { secretLocations } from "../hidden-paths.ts";
import { planReach, type Reach } from "../plan-filesystem.ts";
import { protectedPlaces } from "../protected-paths.ts";
import { realAsFarAsPossible } from "../written-paths.ts";
import { foldPath } from "./locate-target.ts";

export interface AccessRequest {
  readonly host: Host;
  readonly config: Config;
  /** Real path of the project. */
  readonly root: HostPath;
  readonly cwd: HostPath;
  /** The project's own temp folder. */
  readonly temporary: HostPath;
  readonly transcript: HostPath | undefined;
}

/** What a tool may do with one path, and the rule's path that says so; the deepest rule decides, as mounts do. */
export interface Access {
  readonly view: "hidden" | "protected" | "writable" | "readable" | "unlisted";
  readonly by: HostPath;
}

interface Rule extends Access {
  readonly folded: string;
}

/** At one path the later one wins. */
const STRENGTH: readonly Access["view"][] = ["unlisted", "readable", "writable", "protected", "hidden"];

export interface AccessMap {
  /** Whether the content of a path may be seen: `hidden`, `unlisted`, or anything else. */
  reading(path: HostPath): Access;
  /** Whether a path may be changed or created: `writable`, or why not; `unlisted` when no rule speaks of it. */
  writing(path: HostPath): Access;
  /** The first hidden path below a folder that exists. */
  hiddenBelow(folder: HostPath): HostPath | undefined;
}

/**
 * What the client keeps for the model: its plans, memory, large outputs, and what people wrote for the model to read. Of
 * its folder nothing else is opened: settings and credentials stay hidden.
 */
function clientRules({ host, root, transcript }: AccessRequest, { repositories }: Reach): Access[] {
  const slug = (folder: string): string => folder.replace(/[^A-Za-z0-9]/g, "-");
  const at = (name: string): HostPath => realAsFarAsPossible(host, joinHost(host.claudeDir, name));
  const tops = [root, ...repositories.map(({ commonDir }) => parentOf(commonDir))];
  const said = transcript === undefined ? undefined : realAsFarAsPossible(host, parentOf(transcript));
  const projects = [
    ...tops.map((top) => at(`projects/${slug(top)}`)),
    ...(said !== undefined && parentOf(said) === at("projects") ? [said] : []),
  ];
  const sessions = tops.flatMap((top) => [
    `/tmp/claude-${host.uid}/${slug(top)}`,
    `/tmp/claude/${slug(top)}`,
  ]);
  const rule =
    (view: Access["view"]) =>
    (by: HostPath): Access => ({ view, by });
  return [
    ...[...clientFiles.readable.map(at), ...projects].map(rule("readable")),
    ...[
      ...clientFiles.writable.map(at),
      ...projects.map((folder) => joinHost(folder, "memory")),
      ...sessions.map((folder) => realAsFarAsPossible(host, hostPath(folder))),
      ...clientFiles.writableInProject.map((name) => joinHost(root, name)),
    ].map(rule("writable")),
  ];
}

/** Windows into the kernel: other processes' variables and memory, devices. Commands have ones of their own. */
const KERNEL: readonly HostPath[] = ["/proc", "/dev"].map(hostPath);

function collectRules(request: AccessRequest): Access[] {
  const { host, config, root, temporary } = request;
  const reach = planReach({ ...request, mounts: [] });
  const { written, writable, readable, hidden } = reach;
  const view = (kind: Access["view"], paths: readonly HostPath[]): Access[] =>
    paths.map((by) => ({ view: kind, by }));
  const secrets = secretLocations(host).map((place) => realAsFarAsPossible(host, place));
  const everywhere: Access = {
    view: config.reads.value === "host" ? "readable" : "unlisted",
    by: hostPath("/"),
  };
  const listed = config.reads.value === "host" ? [] : SYSTEM_FOLDERS.map(hostPath);
  const readOnly = config.workspace.value === "read-only";
  return [
    everywhere,
    ...view("readable", [...listed, ...readable]),
    ...view("writable", [...writable, realAsFarAsPossible(host, temporary)]),
    ...clientRules(request, reach).filter(({ by }) => !readOnly || !isInside(by, root)),
    ...view(
      "protected",
      protectedPlaces({
        ...reach,
        host,
        denied: written.unwritable,
        opened: written.opened,
      }),
    ),
    ...view("hidden", [...hidden.map(({ path }) => path), ...KERNEL]),
    ...view(
      "hidden",
      secrets.filter((path) => !written.exposed.includes(path)),
    ),
  ];
}

function deepest(rules: readonly Rule[], path: HostPath): Access {
  const folded = foldPath(path);
  let best: Rule | undefined;
  for (const rule of rules) {
    // A grant means its own spelling, a denial every one that some volume takes for the same.
    const denial = rule.view === "hidden" || rule.view === "protected";
    if (!(denial ? isInside(folded, rule.folded) : isInside(path, rule.by))) continue;
    const deeper = best === undefined || rule.by.length > best.by.length;
    const stronger =
      best?.by.length === rule.by.length && STRENGTH.indexOf(rule.view) > STRENGTH.indexOf(best.view);
    if (deeper || stronger) best = rule;
  }
  return best ?? { view: "unlisted", by: hostPath("/") };
}

/** The filesystem policy of commands as answers about single paths. All paths asked about are real ones. */
export function planAccess(request: AccessRequest): AccessMap {
  const rules = collectRules(request).map((rule): Rule => ({ ...rule, folded: foldPath(rule.by) }));
  const reading = rules.filter(({ view }) => view !== "protected");
  const writing = rules.filter(({ view }) => view !== "readable" && view !== "unlisted");
  return {
    reading: (path) => deepest(reading, path),
    writing: (path) => deepest(writing, path),
    hiddenBelow: (folder) =>
      rules.find(
        ({ view, by, folded }) =>
          view === "hidden" &&
          isInside(folded, foldPath(folder)) &&
          request.host.inspect(by) !== undefined &&
          deepest(reading, by).view === "hidden",
      )?.by,
  };
}
