import { EngineError } from "../../core/errors.ts";
import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, joinHost, parentOf } from "../../core/paths.ts";
import type { Devcontainer } from "./container-spec.ts";

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

/** Everything that the image's content hangs on, as far as it lies beside the file. */
function contentText(host: Host, config: HostPath): string {
  const folder = parentOf(config);
  const files = folder.endsWith("/.devcontainer") ? filesBelow(host, folder) : [config];
  if (files.length <= MOST_FILES)
    return JSON.stringify(files.map((file) => [file, host.inspect(file)?.mode, host.readText(file)]));
  throw new EngineError({
    code: "devcontainer.too-many-files",
    message: `${folder} holds ${files.length} files, and sandhook reads at most ${MOST_FILES} to know when the image changes`,
    hint: "Move what the image does not need elsewhere.",
  });
}

/**
 * How an image is made from a devcontainer.json, by the official command line tool that comes with sandhook. The tag names
 * the content of the file and of the folder `.devcontainer` around it.
 * @throws EngineError `devcontainer.missing`, `devcontainer.too-many-files`
 */
export function planDevcontainer(
  host: Host,
  site: Site,
  config: HostPath,
  workspace: HostPath,
): Devcontainer {
  if (host.inspect(config)?.kind !== "file") {
    throw new EngineError({
      code: "devcontainer.missing",
      message: `${config} is not a file`,
      hint: "Correct sandhook.container.devcontainer.",
    });
  }
  return {
    config,
    workspace,
    program: joinHost(site.libexec, "devcontainer/devcontainer.js"),
    tag: `sandhook:dev-${host.digest(`${workspace}\n${contentText(host, config)}`).slice(0, 16)}`,
  };
}
