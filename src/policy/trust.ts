import type { Layer } from "../config/read-layers.ts";
import { isForeign } from "../config/opinions.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { Project } from "../core/plan.ts";
import { devcontainerFiles } from "./devcontainer-files.ts";
import { expandPath } from "./expand-pattern.ts";
import { PROJECT_FILES } from "./project-files.ts";

/** What the user decides about when they trust a project. */
export interface ProjectSay {
  /** Settings files of the project that say something to us. */
  readonly settings: readonly HostPath[];
  /** Other files of the project that count only when it is trusted. */
  readonly files: readonly HostPath[];
  /** SHA-256 over the exact content of all of them, in hex. */
  readonly digest: string;
}

/** The record of a project's trust; below our state, which no sandbox sees. HOME cannot be set by a repository. */
export function trustFile(host: Host, { key }: Project): HostPath {
  return joinHost(host.home, ".local/share/sandhook/trust", key);
}

/** What of a settings file acts on us; other keys may change freely. */
function actingPart({ file, sandhook, native, settings }: Layer): readonly unknown[] {
  return [file, sandhook, native, settings["env"]];
}

/** The part of the files' settings that name files whose content counts too. */
function namedFiles(host: Host, root: HostPath, { sandhook }: Layer): HostPath[] {
  const { dockerfile, devcontainer, startup } = sandhook?.container ?? {};
  const path = (written: string): HostPath => expandPath(written, host.home, root);
  return [
    ...[dockerfile, startup].flatMap((written) => (written === undefined ? [] : [path(written)])),
    ...(devcontainer === undefined ? [] : devcontainerFiles(host, path(devcontainer))),
  ];
}

function ownFiles(host: Host, root: HostPath): HostPath[] {
  const there = PROJECT_FILES.filter(([, name]) => host.inspect(joinHost(root, name))?.kind === "file");
  return there.flatMap(([key, name]) => {
    const file = joinHost(root, name);
    return key === "devcontainer" ? devcontainerFiles(host, file) : [file];
  });
}

/** Everything that a project says and that counts in full only when it is trusted. */
export function readProjectSay(host: Host, { root }: Project, layers: readonly Layer[]): ProjectSay {
  const speaking = layers.filter(
    ({ scope, sandhook, native, settings }) =>
      isForeign(scope) && (sandhook ?? native ?? settings["env"]) !== undefined,
  );
  const files = [
    ...new Set([...speaking.flatMap((layer) => namedFiles(host, root, layer)), ...ownFiles(host, root)]),
  ].sort();
  const contents = files.map((file) => [
    file,
    host.realPath(file),
    host.inspect(file)?.mode,
    host.readText(file),
  ]);
  return {
    settings: speaking.flatMap(({ file }) => file ?? []),
    files,
    digest: host.digest(JSON.stringify([root, speaking.map(actingPart), contents])),
  };
}

/** What the user has decided about it; `changed`: about something else that stood there before. */
export type TrustState = "nothing" | "trusted" | "changed" | "untrusted";

/** Whether what a project says now is what the user trusted. */
export function trustState(host: Host, project: Project, say: ProjectSay): TrustState {
  const record = host.readText(trustFile(host, project));
  if (record?.split("\n")[0] === say.digest) return "trusted";
  if (say.settings.length === 0 && say.files.length === 0) return "nothing";
  return record === undefined ? "untrusted" : "changed";
}

/** Whether the user has trusted exactly what the project says now. Without a record nothing of the project is read. */
export function isTrusted(host: Host, project: Project, layers: readonly Layer[]): boolean {
  if (host.inspect(trustFile(host, project)) === undefined) return false;
  return trustState(host, project, readProjectSay(host, project, layers)) === "trusted";
}
