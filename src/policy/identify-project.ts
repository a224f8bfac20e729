import { PolicyError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import type { Project } from "../core/plan.ts";

function keyOf(host: Host, root: HostPath, text: string): string {
  const name = root.slice(root.lastIndexOf("/") + 1).toLowerCase();
  const slug = name
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 24);
  return `${slug === "" ? "project" : slug}-${host.digest(text).slice(0, 12)}`;
}

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
  return { root, key: keyOf(host, root, root) };
}

/**
 * The name of the place that commands under another policy than the project's have to themselves: two policies that take
 * turns must not replace each other's container, nor share a proxy. `policy` is what sets it apart, as JSON.
 */
export function namePlace(host: Host, { root }: Project, policy: unknown): string {
  return keyOf(host, root, `${root}\n${JSON.stringify(policy)}`);
}
