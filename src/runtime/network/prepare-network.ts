import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { CONNECT_PROGRAM, ENTRANCE_PORT, networkFolders, NODE_PRELOAD } from "../../core/network-place.ts";
import type { Plan } from "../../core/plan.ts";
import { proxyEnvironment } from "../../policy/network/proxy-environment.ts";
import { ensurePrivateFolder } from "../job-store.ts";
import { recordPolicy, withdrawPolicy } from "./record-policy.ts";

/**
 * What a plan with an allow-list needs before its job is written: the project's rules where the proxy finds them, and
 * the variables that lead the command's tools to it. The call's id goes along as the proxy's user name, so that refusals
 * find their call. Variables that config sets win. Other plans are given back as they are; where the network is closed, what
 * still runs under an older allow-list loses it.
 * @throws EngineError `job.not-written`
 */
export function prepareNetwork(plan: Plan, callId: string, site: Site, host: Host): Plan {
  const folders = networkFolders(site, host);
  if (plan.network.mode === "none") withdrawPolicy(folders, plan.project);
  if (plan.network.mode !== "allowlist") return plan;
  for (const folder of [folders.policies, folders.run]) ensurePrivateFolder(folder);
  recordPolicy(folders, plan.project, plan.network.rules);
  const variables = proxyEnvironment({
    port: ENTRANCE_PORT,
    credential: { user: callId, password: "call" },
    connectProgram: [CONNECT_PROGRAM, ENTRANCE_PORT.toString()],
  });
  const { environment } = plan;
  const added = { NODE_OPTIONS: `--require=${NODE_PRELOAD}` };
  return { ...plan, environment: { ...environment, set: { ...variables, ...environment.set }, added } };
}
