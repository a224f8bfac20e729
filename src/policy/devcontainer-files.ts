import { EngineError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost, parentOf } from "../core/paths.ts";

/** A bound on what one command may cost; a folder with more is not made for a container. */
const MOST_FILES = 200;

function filesBelow(host: Host, folder: HostPath): HostPath[] {
  return host.list(folder).flatMap((name) => {
    const file = joinHost(folder, name);
    const kind = host.inspect(file)?.kind;
    if (kind === "directory") return filesBelow(host, file);
    return kind === "file" ? [file] : [];
  });
}

/**
 * Everything that a devcontainer.json says, as far as it lies beside the file: the file, or the whole folder
 * `.devcontainer` around it.
 * @throws EngineError `devcontainer.too-many-files`
 */
export function devcontainerFiles(host: Host, config: HostPath): HostPath[] {
  const folder = parentOf(config);
  const files = folder.endsWith("/.devcontainer") ? filesBelow(host, folder) : [config];
  if (files.length <= MOST_FILES) return files;
  throw new EngineError({
    code: "devcontainer.too-many-files",
    message: `${folder} holds ${files.length} files, and sandhook reads at most ${MOST_FILES} to know when the image changes`,
    hint: "Move what the image does not need elsewhere.",
  });
}
