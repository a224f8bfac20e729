import { hostPath } from "../src/core/paths.ts";
import { nodeHost } from "../src/host/node-host.ts";
import { rememberingHost } from "../src/host/remembering-host.ts";
import type { HookContext } from "../src/runtime/hook-context.ts";
import { cachedReader } from "../src/runtime/cached-reader.ts";
import { findLaunch } from "../src/runtime/launch-store.ts";
import { locateSite } from "../src/runtime/site.ts";

/**
 * What every event is answered from: the machine, our installation, the reader of settings, and the project. The one
 * place where an entry looks at its environment.
 * @throws SandboxError when HOME is missing or no path
 */
export function openContext(libexec: string): HookContext {
  const host = rememberingHost(nodeHost(process.env));
  const site = locateSite(host, hostPath(libexec));
  const reader = cachedReader(host, site);
  const launcher = findLaunch(site.state, reader);
  return { host, site, reader, launcher, projectFolder: process.env["CLAUDE_PROJECT_DIR"] };
}
