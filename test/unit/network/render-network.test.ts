import { describe, expect, it } from "vitest";
import type { NetworkPlan, NetworkRules } from "../../../src/core/plan.ts";
import { renderNetwork } from "../../../src/policy/network/render-network.ts";

const RULES: NetworkRules = {
  allowedDomains: [],
  deniedDomains: [],
  presets: [],
  allowedPorts: [80, 443],
  allowLocalhost: false,
};
const listed = (rules: Partial<NetworkRules>): NetworkPlan => ({
  mode: "allowlist",
  rules: { ...RULES, ...rules },
});

describe("renderNetwork", () => {
  it.each<[NetworkPlan, string]>([
    [{ mode: "none" }, "no network"],
    [{ mode: "open" }, "everything that this machine reaches"],
    [{ mode: "allowlist" }, "nothing"],
    [listed({}), "nothing (an empty allow-list)"],
    [listed({ presets: ["github", "npm"] }), "only the hosts of github, npm"],
    [
      listed({ presets: ["github"], allowedDomains: ["*.example.org", "example.net:8080"] }),
      "only the hosts of github; *.example.org, example.net:8080",
    ],
    [
      listed({ allowLocalhost: [3000, 5432], allowedDomains: ["a.test"], deniedDomains: ["b.a.test"] }),
      "only a.test; localhost ports 3000, 5432, but not b.a.test",
    ],
    [listed({ allowLocalhost: true }), "only every port of this machine's localhost"],
    [
      listed({ allowedDomains: Array.from({ length: 20 }, (_, n) => `h${n}.test`) }),
      "only h0.test, h1.test, h2.test, h3.test, h4.test, h5.test, h6.test, h7.test, h8.test, h9.test, h10.test, h11.test and 8 more",
    ],
  ])("says of %j: %s", (network, words) => {
    expect(renderNetwork(network)).toBe(words);
  });
});
