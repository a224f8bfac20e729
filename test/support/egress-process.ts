import { createEgressProxy } from "../../src/runtime/proxy/egress-proxy.ts";
import { parseNetworkPolicy, type NetworkSettings } from "../../src/policy/network/network-policy.ts";

// A proxy in a process of its own, so that its memory can be measured and it can be killed.
const [file = "", settings = "{}"] = process.argv.slice(2);
const policy = parseNetworkPolicy(JSON.parse(settings) as NetworkSettings);
const proxy = createEgressProxy({
  policyOf: () => policy,
  onEvent: () => undefined,
  lookup: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
});
await proxy.openSocket(file, "project-a");
process.on("message", () => process.send?.(process.resourceUsage().maxRSS));
process.send?.("ready");
