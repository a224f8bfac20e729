import { describe, expect, it } from "vitest";
import {
  BUILT_IN_PROFILES,
  PROXIED_PROFILES,
  readProfileEntry,
} from "../../../../src/engine/seatbelt/profile-table.ts";
import {
  CONTENT_OPERATIONS,
  CUSTOM_OPERATIONS,
  WRITE_OPERATIONS,
} from "../../../../src/engine/seatbelt/operations.ts";
import { parseSbpl } from "../../../../src/engine/seatbelt/sbpl.ts";
import { TOGGLE_MODULES } from "../../../../src/engine/seatbelt/toggles.ts";
import { createMacHost, moduleNames, SITE } from "../../../support/mac-host.ts";
import { askCase, PROXIED, renderCase } from "../../../support/seatbelt-case.ts";
import { readRules } from "../../../support/sbpl/evaluate.ts";
import { matchFilter } from "../../../support/sbpl/match-filter.ts";
import { KNOWN_OPERATIONS } from "../../../support/sbpl/known-operations.ts";

const host = createMacHost();
const read = (name: string) => host.readText(`${SITE.profiles}/seatbelt/${name}` as never) ?? "";
const PARAMETERS = new Map([["HOME", "/Users/dana"]]);

describe.each(moduleNames())("module %s", (name) => {
  it("begins with a comment that names it", () => {
    expect(read(name).startsWith(`; ${name.replace(/\.sb$/, "")}: `)).toBe(true);
  });

  it("has only rules with operations and filters that are known", () => {
    const rules = readRules(read(name));
    expect(rules.length).toBeGreaterThan(0);
    const everything = { operation: "", path: "/x", name: "x", address: "localhost:1", socket: "/x" };
    for (const filter of rules.flatMap((rule) => rule.filters)) matchFilter(everything, filter, PARAMETERS);
  });

  it("has lines and strings that fit", () => {
    expect(
      read(name)
        .split("\n")
        .filter((line) => line.length > 130),
    ).toEqual([]);
    expect(/"[^"\n]{900,}"/.test(read(name))).toBe(false);
  });

  it("names no parameter but HOME", () => {
    const names = [...read(name).matchAll(/\(param "([^"]*)"\)/g)].map((match) => match[1]);
    expect(names.filter((parameter) => parameter !== "HOME")).toEqual([]);
  });
});

describe("the table of profiles", () => {
  const entries = BUILT_IN_PROFILES.map(
    (name) => [name, readProfileEntry(host, SITE.profiles, name)] as const,
  );

  it("holds exactly the built-in profiles", () => {
    expect(Object.keys(JSON.parse(read("profiles.json")) as object)).toEqual(BUILT_IN_PROFILES);
  });

  it("uses every module, and only modules that exist", () => {
    const used = entries.flatMap(([, entry]) => [
      ...(entry?.modules ?? []),
      ...(entry?.hostReads ?? []),
      ...(entry?.listedReads ?? []),
      ...(entry?.writeModules ?? []),
      ...(entry?.proxied ?? []),
      ...(entry?.open ?? []),
    ]);
    const final = ["90-deny-container-engines.sb", "92-deny-launchd.sb"];
    expect([...new Set([...used, ...Object.values(TOGGLE_MODULES), ...final])].sort()).toEqual(
      [...moduleNames()].sort(),
    );
  });

  it("agrees with the list of profiles that refuse an open network", () => {
    expect(entries.filter(([, entry]) => entry?.open === undefined).map(([name]) => name)).toEqual(
      PROXIED_PROFILES,
    );
  });

  it("has no profile named like a property of every object", () => {
    expect(readProfileEntry(host, SITE.profiles, "constructor")).toBeUndefined();
  });

  it("refuses when a module is missing", () => {
    const bare = { ...host, readText: () => undefined };
    expect(() => readProfileEntry(bare, SITE.profiles, "strict")).toThrow(
      expect.objectContaining({ code: "seatbelt.module-missing" }),
    );
  });
});

const everyProfile = BUILT_IN_PROFILES.map((profile) => ({
  profile,
  text: renderCase({
    profile,
    network: PROXIED_PROFILES.includes(profile) ? PROXIED : { mode: "open" },
    loopback: { bind: "any", connect: "any" },
    seatbelt: { toggles: ["pty", "keychain-read", "chromium", "simulator", "apple-events"] },
  }).text,
}));

describe.each(everyProfile)("rendered $profile", ({ text }) => {
  const rules = readRules(text);

  it("denies by default, first", () => {
    expect(text.startsWith('(version 1)\n(deny default (with message "sandhook-')).toBe(true);
    expect(rules[0]).toEqual({ action: "deny", operations: ["default"], filters: [] });
  });

  it("allows nothing after the final denies begin", () => {
    const at = rules.findIndex(
      (rule) => rule.action === "deny" && rule.operations.includes("file-write-unlink"),
    );
    expect(at).toBeGreaterThan(0);
    expect(rules.slice(at).filter((rule) => rule.action === "allow")).toEqual([]);
  });

  it("names no file operation in an allow that the final denies do not name", () => {
    const named = rules
      .filter((rule) => rule.action === "allow")
      .flatMap((rule) => rule.operations)
      .filter((operation) => operation.startsWith("file-") && !operation.endsWith("*"));
    const taken = new Set([...WRITE_OPERATIONS, ...CONTENT_OPERATIONS, "file-read-metadata", "file-ioctl"]);
    expect(named.filter((operation) => !taken.has(operation))).toEqual([]);
  });

  it("allows outbound connections by their remote end, never by the local one", () => {
    const outbound = rules.filter(
      (rule) => rule.action === "allow" && rule.operations.includes("network-outbound"),
    );
    expect(JSON.stringify(outbound)).not.toContain('"local"');
  });

  it("holds no path of the plan as text", () => {
    expect(text).not.toContain("/Users/dana");
    expect(text).not.toContain("sandhook/tmp");
  });

  it("has a parameter for every reference", () => {
    expect(() => parseSbpl(text)).not.toThrow();
  });
});

describe("operations", () => {
  it("are all known", () => {
    const ours = [...WRITE_OPERATIONS, ...CONTENT_OPERATIONS, ...CUSTOM_OPERATIONS];
    expect(ours.filter((operation) => !KNOWN_OPERATIONS.has(operation))).toEqual([]);
  });

  it("deny what no profile speaks of", () => {
    const ask = askCase({ profile: "permissive-open", network: { mode: "open" } });
    const open = [
      "job-creation",
      "authorization-right-obtain",
      "file-mount",
      "mach-task-name",
      "sysctl-write",
    ];
    expect(open.map((operation) => ask({ operation }).byOrder)).toEqual(open.map(() => "deny"));
  });
});
