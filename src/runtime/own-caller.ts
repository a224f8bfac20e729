import type { HookCaller } from "./open-context.ts";

/** The caller when a process answers for itself. */
export function ownCaller(libexec: string | undefined): HookCaller {
  return { environment: process.env, libexec: libexec ?? __dirname, pid: process.pid };
}
