import { describe, expect, it } from "vitest";
import { seatbelt } from "../../../../src/engine/seatbelt/engine.ts";
import { violationTag } from "../../../../src/engine/seatbelt/render-profile.ts";
import { createMacHost, SITE } from "../../../support/mac-host.ts";
import { PROXIED, seatbeltPlan } from "../../../support/seatbelt-case.ts";

const host = createMacHost();

describe("probe", () => {
  it("finds the system's sandbox-exec on a Mac", () => {
    expect(seatbelt.probe(host)).toEqual({
      kind: "available",
      program: "/usr/bin/sandbox-exec",
      notes: ["A sandbox cannot be started inside another sandbox."],
    });
  });

  it("gives the reason on Linux", () => {
    expect(seatbelt.probe({ ...host, platform: "linux" })).toEqual({
      kind: "unavailable",
      reasons: ["seatbelt is part of macOS; this is linux"],
      hint: "Use bubblewrap or a container engine on Linux.",
    });
  });

  it("gives the reason on a Mac without sandbox-exec", () => {
    expect(seatbelt.probe({ ...host, inspect: () => undefined })).toEqual({
      kind: "unavailable",
      reasons: ["/usr/bin/sandbox-exec is missing"],
      hint: "It comes with macOS; repair the system, or use docker or podman.",
    });
  });
});

describe("supports", () => {
  it.each([
    [{}, { kind: "full" }],
    [{ network: PROXIED }, { kind: "full" }],
    [{ network: { mode: "open" } as const }, { kind: "full" }],
    [
      { profile: "strict-proxied", network: { mode: "open" } as const },
      { kind: "none", reasons: ["the profile strict-proxied never opens the network"] },
    ],
    [
      { network: { mode: "allowlist", socket: SITE.state } as const },
      {
        kind: "none",
        reasons: ["the proxy listens on no TCP port, which is the only way to it under seatbelt"],
      },
    ],
    [
      { limits: { memoryBytes: 1, cpus: 1, pids: 1 } },
      { kind: "partial", missing: ["limits.memory", "limits.cpus", "limits.pids"] },
    ],
  ])("says of %o: %o", (changes, expected) => {
    expect(seatbelt.supports(seatbeltPlan(changes))).toEqual(expected);
  });
});

describe("render", () => {
  const invocation = seatbelt.render(seatbeltPlan(), SITE, host);

  it("gives one step with the profile's name and the path operands", () => {
    const [step, ...others] = invocation.steps;
    expect(others).toEqual([]);
    expect(step?.slice(0, 9)).toEqual([
      "run_seatbelt",
      "profile.sb",
      "/usr/bin/sandbox-exec",
      "-D",
      "HOME=/Users/dana",
      "-D",
      "PROJECT=/Users/dana/code/app",
      "-D",
      "TEMP=/Users/dana/Library/Caches/sandhook/tmp/app-0123456789ab",
    ]);
  });

  it("carries the profile as a file of the job", () => {
    expect(invocation.files.map(({ name }) => name)).toEqual(["profile.sb"]);
    expect(invocation.files[0]?.content).toMatch(/^\(version 1\)\n\(deny default /);
  });

  it("gives the same for the same plan", () => {
    expect(seatbelt.render(seatbeltPlan(), SITE, createMacHost())).toEqual(invocation);
  });

  it("marks the denials of the call with its tag", () => {
    const tag = violationTag(seatbeltPlan(), host);
    expect(tag).toMatch(/^sandhook-[0-9a-f]{16}$/);
    expect(invocation.files[0]?.content).toContain(`(deny default (with message "${tag}"))`);
    expect(invocation.files[0]?.content).not.toContain('(with message "sandhook")');
  });

  it("marks different calls differently", () => {
    const other = seatbelt.render(
      seatbeltPlan({ call: { ...seatbeltPlan().call, toolUseId: "toolu_2" } }),
      SITE,
      host,
    );
    expect(other.files[0]?.content).not.toBe(invocation.files[0]?.content);
  });
});
