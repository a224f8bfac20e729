import { hostPath } from "../core/paths.ts";
import { type HostEnvironment, nodeHost } from "../host/node-host.ts";
import { rememberingHost } from "../host/remembering-host.ts";
import { cachedReader } from "./cached-reader.ts";
import type { HookContext } from "./hook-context.ts";
import { findLaunch } from "./launch-store.ts";
import { locateSite } from "./site.ts";

/** The hook's process as the client started it. Nothing else of it may count: another process may answer for it. */
export interface HookCaller {
  readonly environment: HostEnvironment & { readonly CLAUDE_PROJECT_DIR?: string | undefined };
  /** The folder that the hook was started from. */
  readonly libexec: string;
  /** Its process id, by whose ancestors the options of a session are found. */
  readonly pid: number;
}

/**
 * What every event is answered from: the machine, our installation, the reader of settings, and the project. The one
 * place where an entry's environment is looked at.
 * @throws SandboxError when HOME is missing or no path
 */
export function openContext({ environment, libexec, pid }: HookCaller): HookContext {
  const host = rememberingHost(nodeHost(environment));
  const site = locateSite(host, hostPath(libexec));
  const reader = cachedReader(host, site);
  const launcher = findLaunch(site.state, reader, pid);
  return { host, site, reader, launcher, projectFolder: environment.CLAUDE_PROJECT_DIR };
}
