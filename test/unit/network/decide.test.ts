import { describe, expect, it } from "vitest";
import { parseHost } from "../../../src/policy/network/canonical-host.ts";
import { decideAddress } from "../../../src/policy/network/decide-address.ts";
import { decideDestination } from "../../../src/policy/network/decide-destination.ts";
import { renderRefusal } from "../../../src/policy/network/explain-refusal.ts";
import { parseNetworkPolicy, type NetworkSettings } from "../../../src/policy/network/network-policy.ts";

const decide = (settings: Partial<NetworkSettings>, host: string, port: number): string => {
  const decision = decideDestination(parseNetworkPolicy({ mode: "allowlist", ...settings }), {
    host: parseHost(host),
    port,
  });
  return decision.kind === "allow" ? `allow ${decision.rule}` : `deny ${decision.code}`;
};

describe("decideDestination", () => {
  const settings = {
    allowedDomains: [
      "example.org",
      "*.example.net",
      "git.example.com:22",
      "192.0.2.1",
      "*.mixed.example:8443",
      "a.mixed.example",
    ],
    deniedDomains: ["bad.example.net", "*.bad.example.net", "example.org:80"],
  };
  it.each([
    ["example.org", 443, "allow example.org"],
    ["EXAMPLE.org.", 443, "allow example.org"],
    ["example.org", 80, "deny host-denied"],
    ["example.org", 8443, "deny port-not-listed"],
    ["www.example.org", 443, "deny host-not-listed"],
    ["example.net", 443, "deny host-not-listed"],
    ["a.example.net", 443, "allow *.example.net"],
    ["a.b.example.net", 80, "allow *.example.net"],
    ["xexample.net", 443, "deny host-not-listed"],
    ["bad.example.net", 443, "deny host-denied"],
    ["x.bad.example.net", 443, "deny host-denied"],
    ["notbad.example.net", 443, "allow *.example.net"],
    ["git.example.com", 22, "allow git.example.com:22"],
    ["git.example.com", 443, "deny port-not-listed"],
    ["192.0.2.1", 443, "allow 192.0.2.1"],
    ["3221225985", 443, "allow 192.0.2.1"],
    ["::ffff:192.0.2.1", 443, "allow 192.0.2.1"],
    ["192.0.2.2", 443, "deny host-not-listed"],
    ["a.mixed.example", 443, "allow a.mixed.example"],
    ["a.mixed.example", 8443, "allow *.mixed.example:8443"],
    ["b.mixed.example", 443, "deny port-not-listed"],
    ["localhost", 3000, "deny host-not-listed"],
  ])("answers %s:%i with %s", (host, port, expected) => {
    expect(decide(settings, host, port)).toBe(expected);
  });

  it.each([
    [{ allowLocalhost: true }, "localhost", 3000, "allow allowLocalhost"],
    [{ allowLocalhost: true }, "app.localhost", 3000, "allow allowLocalhost"],
    [{ allowLocalhost: true }, "127.0.0.5", 3000, "allow allowLocalhost"],
    [{ allowLocalhost: [3000] }, "[::1]", 3000, "allow allowLocalhost"],
    [{ allowLocalhost: [3000] }, "localhost", 3001, "deny host-not-listed"],
    [{ allowLocalhost: true, deniedDomains: ["localhost:5432"] }, "localhost", 5432, "deny host-denied"],
    [{ allowLocalhost: true }, "10.0.0.1", 3000, "deny host-not-listed"],
    [{ mode: "open" as const }, "anything.example", 9999, "allow open"],
    [{ mode: "open" as const, deniedDomains: ["*.evil.example"] }, "a.evil.example", 443, "deny host-denied"],
    [{ mode: "none" as const, allowedDomains: ["example.org"] }, "example.org", 443, "deny mode-none"],
    [{ mode: "none" as const, allowLocalhost: true }, "localhost", 80, "deny mode-none"],
    [{ allowedPorts: [8080], allowedDomains: ["example.org"] }, "example.org", 443, "deny port-not-listed"],
  ])("under %j answers %s:%i with %s", (settings, host, port, expected) => {
    expect(decide(settings, host, port)).toBe(expected);
  });
});

describe("decideAddress", () => {
  const at = (settings: Partial<NetworkSettings>, name: string, address: string, port = 443): string => {
    const policy = parseNetworkPolicy({ mode: "allowlist", ...settings });
    const parsed = parseHost(address);
    if (parsed.kind !== "address") throw new TypeError("the test needs an address");
    const decision = decideAddress(policy, {
      destination: { host: parseHost(name), port },
      address: parsed.address,
      own: new Set(["198.41.0.4", "2001:500::1"]),
    });
    return decision.kind === "allow"
      ? "allow"
      : `deny ${decision.code} ${decision.key} ${decision.entry ?? ""}`.trim();
  };
  it.each([
    [{}, "example.org", "8.8.8.8", "allow"],
    [{}, "example.org", "198.41.0.4", "deny address-refused network.allowedDomains 198.41.0.4"],
    [{}, "example.org", "64:ff9b::c629:4", "deny address-refused network.allowedDomains [64:ff9b::c629:4]"],
    [{}, "example.org", "2001:500::1", "deny address-refused network.allowedDomains [2001:500::1]"],
    [{ allowLocalhost: [443] }, "example.org", "198.41.0.4", "allow"],
    [{ allowedDomains: ["198.41.0.4"] }, "198.41.0.4", "198.41.0.4", "allow"],
    [{ allowedAddresses: ["198.41.0.4"] }, "example.org", "198.41.0.4", "allow"],
    [{}, "example.org", "10.0.0.1", "deny address-refused network.allowedDomains 10.0.0.1"],
    [{}, "example.org", "127.0.0.1", "deny address-refused network.allowLocalhost 443"],
    [{ allowLocalhost: true }, "example.org", "127.0.0.1", "allow"],
    [{ allowLocalhost: [80] }, "example.org", "127.0.0.1", "deny address-refused network.allowLocalhost 443"],
    [
      { allowLocalhost: true },
      "example.org",
      "0.0.0.0",
      "deny address-refused network.allowedDomains 0.0.0.0",
    ],
    [{ allowedAddresses: ["10.0.0.0/8"] }, "example.org", "10.9.9.9", "allow"],
    [{ allowedAddresses: ["10.0.0.0/8"] }, "example.org", "11.0.0.1", "allow"],
    [
      { allowedAddresses: ["10.0.0.0/8"] },
      "example.org",
      "192.168.0.1",
      "deny address-refused network.allowedDomains 192.168.0.1",
    ],
    [{ allowedAddresses: ["169.254.0.0/16"] }, "example.org", "169.254.1.1", "allow"],
    [
      { allowedAddresses: ["169.254.0.0/16"] },
      "example.org",
      "169.254.169.254",
      "deny address-refused network.allowedDomains 169.254.169.254",
    ],
    [{ allowedAddresses: ["169.254.169.254"] }, "example.org", "169.254.169.254", "allow"],
    [{ allowedDomains: ["10.0.0.1"] }, "example.org", "10.0.0.1", "allow"],
    [
      { allowedDomains: ["10.0.0.1:22"] },
      "example.org",
      "10.0.0.1",
      "deny address-refused network.allowedDomains 10.0.0.1",
    ],
    [{ allowedDomains: ["localhost"] }, "localhost", "127.0.0.1", "allow"],
    [
      { allowedDomains: ["localhost"] },
      "example.org",
      "127.0.0.1",
      "deny address-refused network.allowLocalhost 443",
    ],
    [
      { allowedDomains: ["localhost"] },
      "localhost",
      "10.0.0.1",
      "deny address-refused network.allowedDomains 10.0.0.1",
    ],
    [{ deniedDomains: ["8.8.8.8"] }, "example.org", "8.8.8.8", "deny address-denied network.deniedDomains"],
    [
      { deniedDomains: ["8.8.8.8"] },
      "example.org",
      "64:ff9b::808:808",
      "deny address-denied network.deniedDomains",
    ],
    [
      { mode: "open" as const },
      "example.org",
      "169.254.169.254",
      "deny address-refused network.allowedDomains 169.254.169.254",
    ],
  ])("under %j answers %s at %s with %s", (settings, name, address, expected) => {
    expect(at(settings, name, address)).toBe(expected);
  });
});

describe("renderRefusal", () => {
  it("names the destination, the rule and the smallest change", () => {
    const policy = parseNetworkPolicy({ mode: "allowlist", deniedDomains: ["*.evil.example"] });
    const render = (host: string): string => {
      const destination = { host: parseHost(host), port: 443 };
      const decision = decideDestination(policy, destination);
      return decision.kind === "deny" ? renderRefusal(destination, decision) : "allowed";
    };
    expect(render("example.org")).toBe(
      'sandhook refused the connection to example.org:443: no entry of network.allowedDomains allows example.org.\nNothing was sent. To allow it, a person adds "example.org" to network.allowedDomains in the sandhook settings.\ncode: network.host-not-listed\n',
    );
    expect(render("a.evil.example")).toBe(
      "sandhook refused the connection to a.evil.example:443: *.evil.example is in network.deniedDomains (rule *.evil.example).\nNothing was sent. It can only be reached if network.deniedDomains stops naming it.\ncode: network.host-denied\n",
    );
  });
});
