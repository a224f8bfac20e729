import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.ts";
import { classifyAddress } from "../../../src/policy/network/address-class.ts";
import { parseHost, type CanonicalHost } from "../../../src/policy/network/canonical-host.ts";
import { decideDestination } from "../../../src/policy/network/decide-destination.ts";
import { parseNetworkPolicy } from "../../../src/policy/network/network-policy.ts";
import { parseAddressRange } from "../../../src/policy/network/parse-address-range.ts";
import { parseDomainRule, type DomainRule } from "../../../src/policy/network/parse-domain-rule.ts";

/** The value, or undefined for a coded refusal; anything else that is thrown fails the test. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

const fragment = fc.constantFrom(
  "a",
  "B",
  "example",
  ".",
  "..",
  "*",
  "*.",
  ":",
  "80",
  "[",
  "]",
  "::",
  "1",
  "0x7f",
  "-",
  "%",
  "\0",
  "ü",
  "。",
  "/",
  "@",
  "com",
  "ffff",
  "xn--",
  " ",
);
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join("")),
);
const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/u);
const domain = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."));
const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });

const classOf = (host: CanonicalHost): string =>
  host.kind === "address" ? classifyAddress(host.address) : "name";

describe("hosts", () => {
  it("are read into a form that reads as itself and keeps its class, or are refused with a code", () => {
    fc.assert(
      fc.property(fc.oneof(hostile, domain, fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        const host = attempt(() => parseHost(text));
        if (host === undefined) return;
        const again = parseHost(host.text);
        expect(again).toEqual(host);
        expect(classOf(again)).toBe(classOf(host));
        expect(host.text).toMatch(/^[a-z0-9_.:-]+$/u);
      }),
      { numRuns: 5000 },
    );
  });

  it("mean the same address in every numeric spelling", () => {
    const hex = (value: number): string => `0x${value.toString(16)}`;
    const octal = (value: number): string => `0${value.toString(8)}`;
    fc.assert(
      fc.property(octets, (bytes) => {
        const [a, b, c, d] = bytes;
        const plain = bytes.join(".");
        const whole = ((a * 256 + b) * 256 + c) * 256 + d;
        const spellings = [
          String(whole),
          hex(whole),
          octal(whole),
          bytes.map(hex).join("."),
          bytes.map(octal).join("."),
          `${a}.${b * 65536 + c * 256 + d}`,
          `${a}.${b}.${c * 256 + d}`,
          `::ffff:${plain}`,
          `[::FFFF:${plain}]`,
          `${plain}.`,
        ];
        for (const spelling of spellings) expect(parseHost(spelling)).toEqual(parseHost(plain));
      }),
    );
  });

  it("that carry an IPv4 address are never safer than it", () => {
    fc.assert(
      fc.property(octets, ([a, b, c, d]) => {
        const plain = classOf(parseHost([a, b, c, d].join(".")));
        const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
        for (const carrier of [
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `::ffff:0:${high}:${low}`,
          `2606:4700::5efe:${high}:${low}`,
        ]) {
          expect(classOf(parseHost(carrier)) === "public").toBe(plain === "public");
        }
      }),
    );
  });

  it("are public in IPv6 only inside 2000::/3 or a translation prefix", () => {
    fc.assert(
      fc.property(groups, (words) => {
        const host = parseHost(words.map((word) => word.toString(16)).join(":"));
        const [first = 0, second = 0] = words;
        const translated = (first === 0x64 && second === 0xff9b) || first === 0;
        if (classOf(host) === "public") expect(first >> 13 === 1 || translated).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The grammar in other words: labels compared from the right. */
function grammarAllows(rule: DomainRule, host: string): boolean {
  const wanted = rule.host.split(".").reverse();
  const given = host.split(".").reverse();
  const tail = wanted.every((part, index) => given[index] === part);
  return tail && (rule.kind === "exact" ? given.length === wanted.length : given.length > wanted.length);
}

describe("rules", () => {
  it("are read, or refused with a code, whatever the text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        attempt(() => parseDomainRule(text));
        attempt(() => parseAddressRange(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("match no host beyond what their grammar says", () => {
    const ruleText = fc.oneof(
      hostile,
      domain,
      domain.map((name) => `*.${name}`),
    );
    fc.assert(
      fc.property(ruleText, domain, fc.constantFrom("", "x.", "x", "-"), (text, other, prefix) => {
        const rule = attempt(() => parseDomainRule(text));
        if (rule === undefined) return;
        const policy = parseNetworkPolicy({ mode: "allowlist", allowedDomains: [text] });
        for (const candidate of [
          rule.host,
          `${prefix}${rule.host}`,
          `${prefix}${other}`,
          `${rule.host}.${other}`,
          `${other}.${rule.host}`,
        ]) {
          const host = attempt(() => parseHost(candidate));
          if (host?.kind !== "name") continue;
          const decision = decideDestination(policy, { host, port: rule.port ?? 443 });
          expect(decision.kind === "allow").toBe(grammarAllows(rule, host.text));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("that deny beat rules that allow, in any combination", () => {
    fc.assert(
      fc.property(fc.array(domain, { maxLength: 4 }), domain, (allowed, denied) => {
        const settings = {
          mode: "open",
          allowedDomains: [...allowed, denied],
          deniedDomains: [denied],
          allowLocalhost: true,
        } as const;
        const policy = attempt(() => parseNetworkPolicy(settings));
        const host = attempt(() => parseHost(denied));
        if (policy === undefined || host === undefined) return;
        expect(decideDestination(policy, { host, port: 443 }).kind).toBe("deny");
      }),
    );
  });
});
