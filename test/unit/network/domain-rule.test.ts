import { describe, expect, it } from "vitest";
import type { InputError } from "../../../src/core/errors.ts";
import { parseAddressRange } from "../../../src/policy/network/parse-address-range.ts";
import { parseDomainRule } from "../../../src/policy/network/parse-domain-rule.ts";
import { parseNetworkPolicy } from "../../../src/policy/network/network-policy.ts";
import { presetDomains, presetNames } from "../../../src/policy/network/presets.ts";

const withCode = (code: string): InputError => expect.objectContaining({ code }) as InputError;

describe("parseDomainRule", () => {
  it.each([
    ["example.org", { kind: "exact", host: "example.org", port: undefined }],
    ["Example.ORG.:8443", { kind: "exact", host: "example.org", port: 8443 }],
    ["*.example.org", { kind: "subdomains", host: "example.org", port: undefined }],
    ["*.a.example.org:22", { kind: "subdomains", host: "a.example.org", port: 22 }],
    ["*.BÜCHER.example", { kind: "subdomains", host: "xn--bcher-kva.example", port: undefined }],
    ["192.0.2.1", { kind: "exact", host: "192.0.2.1", port: undefined }],
    ["192.0.2.1:443", { kind: "exact", host: "192.0.2.1", port: 443 }],
    ["[2001:DB8::1]", { kind: "exact", host: "2001:db8::1", port: undefined }],
    ["[2001:db8::1]:443", { kind: "exact", host: "2001:db8::1", port: 443 }],
    ["localhost:3000", { kind: "exact", host: "localhost", port: 3000 }],
  ])("reads %j", (text, rule) => {
    expect(parseDomainRule(text)).toEqual({ text, ...rule });
  });

  it.each([
    ["*", "network.rule-wildcard-too-wide"],
    ["*.com", "network.rule-wildcard-too-wide"],
    ["*.co.uk", "network.rule-wildcard-too-wide"],
    ["*.com.br", "network.rule-wildcard-too-wide"],
    ["*.github.io", "network.rule-wildcard-too-wide"],
    ["*.GITHUB.io.", "network.rule-wildcard-too-wide"],
    ["*.s3.eu-west-1.amazonaws.com", "network.rule-wildcard-too-wide"],
    ["*.localhost", "network.rule-wildcard-too-wide"],
    ["*.192.0.2.1", "network.rule-wildcard-address"],
    ["*.[::1]", "network.rule-malformed"],
    ["*example.org", "network.rule-malformed"],
    ["a.*.org", "network.rule-malformed"],
    ["*.*.example.org", "network.rule-malformed"],
    ["**.example.org", "network.rule-malformed"],
    ["*.", "network.rule-malformed"],
    ["", "network.rule-malformed"],
    [" example.org", "network.rule-malformed"],
    ["example.org ", "network.rule-malformed"],
    ["exam ple.org", "network.rule-malformed"],
    ["example.org\n", "network.rule-malformed"],
    ["example.org\0", "network.rule-malformed"],
    ["https://example.org", "network.rule-scheme"],
    ["example.org/path", "network.rule-malformed"],
    ["user@example.org", "network.rule-malformed"],
    ["user:x@example.org", "network.rule-port"],
    ["example.org:", "network.rule-port"],
    ["example.org:0", "network.rule-port"],
    ["example.org:65536", "network.rule-port"],
    ["example.org:080", "network.rule-port"],
    ["example.org:http", "network.rule-port"],
    ["example.org:*", "network.rule-port"],
    ["2001:db8::1", "network.rule-malformed"],
    ["[2001:db8::1", "network.rule-malformed"],
    ["2130706433", "network.rule-address-spelling"],
    ["0x7f.1", "network.rule-address-spelling"],
    ["127.1:80", "network.rule-address-spelling"],
    ["[::ffff:127.0.0.1]", "network.rule-address-spelling"],
    [7, "network.rule-malformed"],
    [undefined, "network.rule-malformed"],
  ])("refuses %j with %s", (text, code) => {
    expect(() => parseDomainRule(text)).toThrow(withCode(code));
  });

  it("says what it expected", () => {
    expect(() => parseDomainRule("*.com")).toThrow(
      'The domain rule "*.com" cannot be used: anyone can register a name below com; name the hosts you mean',
    );
  });
});

describe("parseAddressRange", () => {
  it.each([
    ["10.1.2.3", 32],
    ["10.0.0.0/8", 8],
    ["10.1.0.0/16", 16],
    ["10.1.2.128/25", 25],
    ["fd12::/32", 32],
    ["fd12::5", 128],
  ])("reads %j with a prefix of %i bits", (text, bits) => {
    expect(parseAddressRange(text)).toMatchObject({ text, bits });
  });

  it.each([
    "0.0.0.0/0",
    "10.0.0.0/7",
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.1/16",
    "0xa.1",
    "::/0",
    "fd12::1/64",
    "example.org",
    "",
    10,
  ])("refuses %j", (text) => {
    expect(() => parseAddressRange(text)).toThrow(withCode("network.address-range"));
  });
});

describe("parseNetworkPolicy", () => {
  it("reads every preset", () => {
    expect(presetNames()).toEqual([
      ...["crates", "debian", "github", "go", "maven", "npm", "packagist", "pypi", "rubygems"],
    ]);
    const policy = parseNetworkPolicy({ mode: "allowlist", presets: presetNames() });
    expect(policy.allowed.map(({ text }) => text)).toEqual(presetNames().flatMap(presetDomains));
    expect(policy.allowed.every(({ kind }) => kind === "exact")).toBe(true);
  });

  it.each([
    [{ presets: ["nmp"] }, "network.preset-unknown"],
    [{ presets: ["__proto__"] }, "network.preset-unknown"],
    [{ allowedPorts: [0] }, "network.port"],
    [{ allowedPorts: [1.5] }, "network.port"],
    [{ allowLocalhost: [70000] }, "network.port"],
    [{ deniedDomains: ["*.com"] }, "network.rule-wildcard-too-wide"],
    [{ allowedAddresses: ["x"] }, "network.address-range"],
  ])("refuses %j with %s and skips no entry", (settings, code) => {
    expect(() => parseNetworkPolicy({ mode: "allowlist", ...settings })).toThrow(withCode(code));
  });
});
