import { readFileSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { isSandboxError, renderFailure } from "../src/core/errors.ts";
import { type ContainerSpec, SPEC_FORMAT } from "../src/engine/oci/container-spec.ts";
import { ensureContainer } from "../src/runtime/oci/ensure-container.ts";
import { retireContainer } from "../src/runtime/oci/lifecycle.ts";
import { sayOnStderr } from "../src/runtime/oci/progress.ts";

/**
 * The slow path of the runner and of the watcher, both under the container's lock:
 * `ensure SPEC` makes the container and puts its digest beside SPEC; `retire SPEC CONTAINER` tidies up after it.
 */
async function main([verb, file = "", container = ""]: readonly string[]): Promise<void> {
  const spec = JSON.parse(readFileSync(file, "utf8")) as ContainerSpec;
  if (spec.format !== SPEC_FORMAT) throw new Error(`${file} has format ${spec.format}`);
  if (verb === "retire") return retireContainer(spec, container);
  const digest = await ensureContainer(spec, sayOnStderr);
  writeFileSync(path.join(path.dirname(file), "digest"), `${digest}\n`, { mode: 0o600 });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const [message = "", ...hint] = renderFailure(error).split("\n");
  const code = isSandboxError(error) ? ` [${error.code}]` : "";
  writeSync(2, `sandhook: the command was not run: ${[message + code, ...hint].join("\n")}\n`);
  process.exitCode = 125;
});
