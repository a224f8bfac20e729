import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { type EngineName, engineAvailable, engineClient } from "../support/engines.ts";
import { type Account, type Ground, homeOf, makeGround, ordinaryAccount, ownAccount } from "./ground.ts";

/** A container engine under an account, as every container suite runs against it. */
export interface ContainerSubject {
  readonly name: "docker" | "podman" | "podman-rootless";
  readonly engine: "docker" | "podman";
  readonly account: Account;
  /** The small image has no git; the bundled one does. */
  readonly hasGit: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Files of the ground's home folder. */
  readonly files: Readonly<Record<string, string>>;
}

const SMALL = { image: "docker.io/library/debian:bookworm-slim" };

/** The test user's own store, where the base image is: a fake HOME would begin with an empty one. */
function rootlessStore(account: Account): Record<string, string> {
  const root = `${homeOf(account)}/.local/share/containers/storage`;
  const lines = ["[storage]", 'driver = "overlay"', `graphroot = ${JSON.stringify(root)}`, ""];
  return { ".config/containers/storage.conf": lines.join("\n") };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function subject(name: ContainerSubject["name"]): ContainerSubject {
  if (name === "docker") {
    const account = ordinaryAccount("/var/run/docker.sock");
    return { name, engine: "docker", account, hasGit: true, settings: { engine: "docker" }, files: {} };
  }
  const account = name === "podman" ? ownAccount() : ordinaryAccount();
  const files = name === "podman" || !isRoot() ? {} : rootlessStore(account);
  const settings = { engine: "podman", container: SMALL };
  return { name, engine: "podman", account, hasGit: false, settings, files };
}

function isThere(name: EngineName): boolean {
  return engineAvailable(name) && (name !== "podman" || isRoot());
}

/** The container engines of this machine; in CI a missing one is an error. */
export function containerSubjects(): ContainerSubject[] {
  return (["docker", "podman", "podman-rootless"] as const).filter(isThere).map(subject);
}

/** A ground for a subject; `container` adds to its settings. */
export function makeSubjectGround(
  purpose: string,
  { name, account, settings, files }: ContainerSubject,
  more: Readonly<Record<string, unknown>> = {},
): Ground {
  return makeGround(`${name}-${purpose}`, account, { ...settings, ...more }, files);
}

/** An answer of the engine's client, one word per line. */
export function ask({ name }: Pick<ContainerSubject, "name">, ...args: string[]): string[] {
  const { command, env } = engineClient(name);
  const [file = "", ...words] = command;
  const { stdout } = spawnSync(file, [...words, ...args], { encoding: "utf8", cwd: "/", env });
  return stdout.split("\n").filter((word) => word !== "");
}

/** Ids of the containers of a ground's project. */
export function containersOf(subject: Pick<ContainerSubject, "name">, { project }: Ground): string[] {
  return ask(subject, "ps", "-aq", "--no-trunc", "--filter", `label=sandhook.project=${project}`);
}

/** Takes away what the engine keeps of a ground's project. */
export function removeContainers(subject: Pick<ContainerSubject, "name">, ground: Ground): void {
  const ids = containersOf(subject, ground);
  const names = ids.flatMap((id) => ask(subject, "inspect", "--format", "{{.Name}}", id));
  for (const id of ids) ask(subject, "rm", "--force", id);
  for (const name of names) ask(subject, "volume", "rm", `${name.replace("/", "")}-home`);
}

/** The same, and the ground's folder. */
export function removeGround(subject: Pick<ContainerSubject, "name">, ground: Ground): void {
  removeContainers(subject, ground);
  // Rootless podman tidies up after a container by a process of its own, which writes in the home folder.
  rmSync(ground.root, { recursive: true, force: true, maxRetries: 15 });
}
