import environment from "../../profiles/environment.json" with { type: "json" };
import type { Config } from "../config/resolve.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { Plan, Project, ToolCall } from "../core/plan.ts";
import { PolicyError } from "../core/errors.ts";
import { planFilesystem } from "./plan-filesystem.ts";

/**
 * Names a project by its real path: a readable slug and 48 bits of the path's digest.
 * @throws PolicyError `project.missing` when the folder does not exist, `project.root` for `/` itself.
 */
export function identifyProject(host: Host, folder: HostPath): Project {
  const root = host.realPath(folder);
  if (root === undefined) {
    throw new PolicyError({
      code: "project.missing",
      message: `the project folder ${folder} does not exist`,
      hint: "Start Claude Code in an existing folder.",
    });
  }
  if (root === "/") {
    throw new PolicyError({
      code: "project.root",
      message: "the project is /, so that nothing would be outside the sandbox",
      hint: "Start Claude Code in the folder of one project.",
    });
  }
  const name = root.slice(root.lastIndexOf("/") + 1).toLowerCase();
  const slug = name
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 24);
  return { root, key: `${slug === "" ? "project" : slug}-${host.digest(root).slice(0, 12)}` };
}

export interface PlanRequest {
  readonly host: Host;
  readonly config: Config;
  readonly project: Project;
  readonly call: ToolCall;
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
}

/**
 * Decides everything about one sandboxed command before an engine is chosen.
 * @throws PolicyError when a path cannot be protected.
 */
export function planSandbox({ host, config, project, call, temporary }: PlanRequest): Plan {
  return {
    call,
    project,
    profile: "workspace-write",
    filesystem: planFilesystem({
      host,
      config,
      root: project.root,
      cwd: call.cwd,
      temporary: joinHost(temporary, project.key),
    }),
    network: { mode: config.network.value },
    environment: { deny: environment.deny, pass: [], containerPass: environment.containerPass, set: {} },
    limits: {},
    container: { image: config.image.value },
  };
}
