import { EngineError } from "../../core/errors.ts";
import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, joinHost } from "../../core/paths.ts";
import { devcontainerFiles } from "../../policy/devcontainer-files.ts";
import type { Devcontainer } from "./container-spec.ts";

/** Everything that the image's content hangs on, as far as it lies beside the file. */
function contentText(host: Host, config: HostPath): string {
  const files = devcontainerFiles(host, config);
  return JSON.stringify(files.map((file) => [file, host.inspect(file)?.mode, host.readText(file)]));
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
