import type { Config } from "../../config/resolve.ts";
import { isSandboxError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { resolveProject } from "../../pipeline.ts";
import { parseParentProxy } from "../../policy/network/parse-parent-proxy.ts";
import { findClosedPort, findSilence } from "../../runtime/network/ask-proxy.ts";
import { listProxies } from "../../runtime/network/end-proxies.ts";
import type { Check, DoctorContext } from "../context.ts";
import type { Fact } from "../fact.ts";

const PATIENCE_MS = 5_000;

async function findRunning({ site }: DoctorContext): Promise<readonly Fact[]> {
  const looked = listProxies(site.state).map(async ({ pid, run }): Promise<Fact> => {
    const reason = await findSilence(run, PATIENCE_MS);
    return reason === undefined
      ? { kind: "proxy.alive", pid, folder: run }
      : { kind: "proxy.silent", pid, folder: run, reason };
  });
  return Promise.all(looked);
}

/** A program by its name or path; the proxy looks in the same places. */
function isThere(host: Host, program: string): boolean {
  if (!program.startsWith("/")) return host.findProgram(program) !== undefined;
  const real = host.realPath(program);
  return real !== undefined && ((host.inspect(real)?.mode ?? 0) & 0o111) !== 0;
}

/** What every permitted connection goes through, as the settings say. */
async function findParent(host: Host, config: Config): Promise<readonly Fact[]> {
  const command = config["network.proxyCommand"];
  const [program] = command.value ?? [];
  if (program !== undefined && !isThere(host, program))
    return [{ kind: "proxy.command", program, file: command.source.file }];
  const { value, source } = config["network.parentProxy"];
  if (value === undefined) return [];
  const { host: name, port } = parseParentProxy(value);
  const reason = await findClosedPort({ host: name, port }, PATIENCE_MS);
  return reason === undefined
    ? []
    : [{ kind: "proxy.parent", address: `${name}:${port}`, reason, file: source.file }];
}

/** Whether the network's proxies answer, and what they are told to connect through is there. */
export const proxy: Check = {
  name: "proxy",
  async find(context) {
    const running = await findRunning(context);
    try {
      const { config } = resolveProject(context.host, context.project, context.reader);
      if (config["network.mode"].value !== "allowlist") return running;
      return [...running, ...(await findParent(context.host, config))];
    } catch (error) {
      if (!isSandboxError(error)) throw error;
      return running; // The config check says what is wrong.
    }
  },
};
