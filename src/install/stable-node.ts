import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { InstallError } from "../core/errors.ts";
import { isInside } from "../core/paths.ts";

/**
 * Refuses a path at which no program is.
 * @throws InstallError `install.no-node`
 */
export function refuseMissingNode(node: string): void {
  try {
    accessSync(node, constants.X_OK);
  } catch (cause) {
    throw new InstallError({
      code: "install.no-node",
      message: `the hook would run with ${node}, which is not a program that can be started`,
      hint: "Name the Node that shall run the hook, for example: --node /usr/bin/node",
      cause,
    });
  }
}

/**
 * Refuses a Node that may be gone tomorrow: every command would then be refused. `temporaryFolders` default to those of
 * the system.
 * @throws InstallError `install.unstable-node`
 */
export function refuseUnstableNode(
  node: string,
  temporaryFolders: readonly string[] = [tmpdir(), "/tmp", "/var/tmp", "/dev/shm"],
): void {
  const cached = node.split(path.sep).includes("_npx");
  const temporary = temporaryFolders.some((folder) => isInside(node, path.resolve(folder)));
  if (path.isAbsolute(node) && !cached && !temporary) return;
  throw new InstallError({
    code: "install.unstable-node",
    message: `the hook would run with ${node}, which lies in ${cached ? "npx's cache" : "a temporary folder"}`,
    hint: "Name a Node that stays, for example: --node /usr/bin/node",
  });
}
