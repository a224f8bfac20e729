import { describe, expect, it } from "vitest";
import { parseNetworkPolicy } from "../../../src/policy/network/network-policy.ts";
import { proposeEntries, type SeenRefusal } from "../../../src/policy/network/propose-entries.ts";

const seen = (host: string, entry: string | undefined, more: Partial<SeenRefusal> = {}): SeenRefusal => ({
  code: "host-not-listed",
  host,
  port: 443,
  ...(entry === undefined ? {} : { change: { key: "network.allowedDomains", entry } }),
  ...more,
});

const POLICY = parseNetworkPolicy({
  mode: "allowlist",
  allowedDomains: ["known.test", "*.wild.test"],
  deniedDomains: ["denied.test"],
});

describe("proposeEntries", () => {
  it("gives exact hosts, the most wanted first, and each once", () => {
    const refusals = [seen("b.test", "b.test"), seen("a.test", "a.test"), seen("b.test", "b.test")];
    expect(proposeEntries(POLICY, [...refusals, seen("a.b.test", "a.b.test")])).toEqual([
      { entry: "b.test", host: "b.test", port: 443, times: 2 },
      { entry: "a.b.test", host: "a.b.test", port: 443, times: 1 },
      { entry: "a.test", host: "a.test", port: 443, times: 1 },
    ]);
  });

  it("names the port where it is not one of the usual ones", () => {
    const refusals = [seen("known.test", "known.test:22", { code: "port-not-listed", port: 22 })];
    expect(proposeEntries(POLICY, refusals).map(({ entry }) => entry)).toEqual(["known.test:22"]);
  });

  it.each<[string, SeenRefusal]>([
    ["is allowed by now", seen("known.test", "known.test")],
    ["is allowed by a wildcard by now", seen("x.wild.test", "x.wild.test")],
    ["is denied by name", seen("denied.test", undefined, { code: "host-denied" })],
    ["is an address", seen("10.0.0.1", "10.0.0.1")],
    ["leads to a private address", seen("a.test", "10.0.0.1", { code: "address-refused" })],
    ["contradicts itself", seen("a.test", "a.test:443", { code: "sni-missing" })],
    ["cannot be read", seen('"\\u{0}"', undefined, { code: "malformed", port: undefined })],
    [
      "asks for localhost",
      seen("a.test", "443", { change: { key: "network.allowLocalhost", entry: "443" } }),
    ],
  ])("leaves out what %s", (_, refusal) => {
    expect(proposeEntries(POLICY, [refusal])).toEqual([]);
  });
});
