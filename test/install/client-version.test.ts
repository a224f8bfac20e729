import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  VERSION_GATES,
  compareVersions,
  hasGate,
  missingGates,
  parseClientVersion,
} from "../../src/install/client-version.ts";
import { clientPlaces, probeClient } from "../../src/install/probe-client.ts";
import { renderDiff } from "../../src/install/text-diff.ts";
import { makeTempHome, writeFile } from "../support/temp-home.ts";

describe("a client version", () => {
  it.each([
    ["2.1.330", [2, 1, 330]],
    ["2.1.330 (Claude Code)\n", [2, 1, 330]],
    ["v2.0.76", [2, 0, 76]],
    ["2.1.330-beta.1", [2, 1, 330]],
    ["2.1", undefined],
    ["2.1.330.4", undefined],
    ["claude 2.1.330", undefined],
    ["", undefined],
  ])("%j is read as %j", (text, version) => {
    expect(parseClientVersion(text)).toEqual(version);
  });

  it("is compared by number", () => {
    expect(compareVersions([2, 1, 9], [2, 1, 10])).toBeLessThan(0);
    expect(compareVersions([2, 1, 0], [2, 0, 999])).toBeGreaterThan(0);
    expect(compareVersions([2, 1, 3], [2, 1, 3])).toBe(0);
  });

  it("has passed exactly the gates up to itself", () => {
    expect(missingGates([2, 1, 294]).map(({ since }) => since)).toEqual([
      [2, 1, 295],
      [2, 1, 312],
    ]);
    expect(missingGates([2, 1, 330])).toEqual([]);
    expect(missingGates([2, 0, 9])).toEqual(VERSION_GATES);
  });

  it("has no feature for sure when it is unknown", () => {
    expect(hasGate(undefined, "onFailure")).toBe(false);
    expect(hasGate([2, 1, 294], "onFailure")).toBe(false);
    expect(hasGate([2, 1, 295], "onFailure")).toBe(true);
  });
});

describe("the table of gates", () => {
  it("is in order and says one sentence each", () => {
    const sorted = [...VERSION_GATES].sort((a, b) => compareVersions(a.since, b.since));
    expect(VERSION_GATES).toEqual(sorted);
    for (const { before } of VERSION_GATES) expect(before).toMatch(/^[A-Z].*[^.]\.$/);
  });
});

describe("asking the installed client", () => {
  const place = (script: string): string => {
    const file = join(makeTempHome().root, "claude");
    writeFile(file, `#!/bin/sh\n${script}\n`, 0o755);
    return file;
  };

  it("gives the release of the first one that can be started", async () => {
    const program = place("echo '2.1.144 (Claude Code)'");
    expect(await probeClient(["/nonexistent/claude", program])).toEqual({
      kind: "found",
      program,
      version: [2, 1, 144],
    });
  });

  it.each([
    ["fails", "echo broken >&2; exit 1", "broken"],
    ["prints something else", "echo hello", '"hello\\n"'],
  ])("gives the reason when it %s", async (_, script, reason) => {
    const probe = await probeClient([place(script)]);
    expect(probe).toEqual({ kind: "unknown", reason: expect.stringContaining(reason) as string });
  });

  it("looks on PATH, never in relative folders, then where Claude Code installs itself", () => {
    expect(clientPlaces({ PATH: "/a:.:node_modules/.bin:/b", home: "/h" })).toEqual([
      "/a/claude",
      "/b/claude",
      "/h/.local/bin/claude",
      "/h/.claude/local/claude",
    ]);
  });
});

describe("a diff", () => {
  it.each([
    ["the same", "a\n", "a\n", ""],
    ["a new file", undefined, "a\nb\n", "--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n"],
    ["a removed file", "a\n", undefined, "--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"],
    [
      "a change in the middle",
      "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
      "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
      "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    ],
  ])("of %s is rendered", (_, before, after, diff) => {
    expect(renderDiff("f", before, after)).toBe(diff);
  });
});
