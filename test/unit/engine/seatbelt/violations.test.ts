import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseViolations } from "../../../../src/engine/seatbelt/parse-violations.ts";
import { violationLogArgv } from "../../../../src/engine/seatbelt/violation-log.ts";

const event = (message: string) =>
  JSON.stringify({ timestamp: "2026-01-01 10:00:00.000000+0000", eventMessage: message, processID: 0 });

const key = (line: string) => parseViolations(line).map(({ hint }) => hint.key);

describe("parseViolations", () => {
  it("reads an ndjson event with the tag of the call on its second line", () => {
    expect(
      parseViolations(
        event("Sandbox: bash(5123) deny(1) file-write-create /Users/dana/x y.txt\nsandhook-0123456789abcdef"),
      ),
    ).toEqual([
      {
        process: "bash",
        processId: 5123,
        operation: "file-write-create",
        subject: "/Users/dana/x y.txt",
        hint: {
          key: "filesystem.allowWrite",
          text: "a path outside the writable folders, or a protected one, which stays as it is",
        },
      },
    ]);
  });

  it("reads the compact style, with a process name that has spaces and parentheses", () => {
    const line =
      "2026-01-01 10:00:00.000 E  kernel[0:1f2] (Sandbox) Sandbox: Google Chrome (Helper)(77) deny(1) mach-lookup com.apple.windowserver.active";
    expect(parseViolations(line)).toMatchObject([
      { process: "Google Chrome (Helper)", processId: 77, subject: "com.apple.windowserver.active" },
    ]);
  });

  it("names each operation and subject once and leaves out noise, repeats and other lines", () => {
    const text = [
      "Filtering the log data using …",
      event("Sandbox: node(9) deny(1) network-outbound /private/var/run/mDNSResponder"),
      event("Sandbox: node(10) deny(1) network-outbound /private/var/run/mDNSResponder"),
      event("1 duplicate report for Sandbox: node(9) deny(1) file-read-data /x"),
      event("Sandbox: node(9) deny(1) mach-lookup com.apple.analyticsd"),
      event("Sandbox: node(9) deny(1) pseudo-tty"),
      event("Sandbox: node(9) allow file-read-data /y"),
      '{"eventMessage": 7}',
      '{"eventMessage": "Sandbox: node(9) deny(1) file-re',
      "",
    ].join("\n");
    expect(parseViolations(text).map(({ operation, subject }) => [operation, subject])).toEqual([
      ["network-outbound", "/private/var/run/mDNSResponder"],
      ["pseudo-tty", undefined],
    ]);
  });

  it.each([
    ["file-write-data /Users/dana/x", "filesystem.allowWrite"],
    ["file-link /Users/dana/x", "filesystem.allowWrite"],
    ["file-read-data /Users/dana/x", "filesystem.allowRead"],
    ["network-outbound 93.184.216.34:443", "network.allowedDomains"],
    ["network-outbound localhost:5432", "network.allowLocalhost"],
    ["network-bind *:3000", "network.allowLocalhost"],
    ["network-outbound /private/var/run/docker.sock", "seatbelt.toggles"],
    ["pseudo-tty", "seatbelt.toggles"],
    ["file-ioctl /dev/ttys003", "seatbelt.toggles"],
    ["appleevent-send com.apple.finder", "seatbelt.toggles"],
    ["mach-lookup com.apple.SecurityServer", "seatbelt.toggles"],
    ["mach-lookup com.apple.CoreSimulator.CoreSimulatorService", "seatbelt.toggles"],
    ["mach-register org.chromium.Chromium.MachPortRendezvousServer.1", "seatbelt.toggles"],
    ["mach-lookup com.apple.trustd.agent", "network.mode"],
    ["mach-lookup com.example.other", undefined],
    ["signal others", undefined],
    ["job-creation", undefined],
  ])("gives the key for %s", (denial, expected) => {
    expect(key(event(`Sandbox: sh(1) deny(1) ${denial}`))).toEqual([expected]);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseViolations(text);
        parseViolations(`{${text}\nSandbox: ${text}(1) deny(1) ${text}`);
      }),
    );
  });
});

describe("violationLogArgv", () => {
  it("asks for the denials of one call", () => {
    expect(violationLogArgv("sandhook-0123456789abcdef", [51, 52], 2.2)).toEqual([
      "/usr/bin/log",
      "show",
      "--style",
      "ndjson",
      "--last",
      "3s",
      "--predicate",
      'sender == "Sandbox" AND eventMessage CONTAINS "deny(" AND (eventMessage CONTAINS "sandhook-0123456789abcdef" OR eventMessage CONTAINS "(51) deny(" OR eventMessage CONTAINS "(52) deny(")',
    ]);
  });

  it("leaves out what is no process id and asks for a second at least", () => {
    const argv = violationLogArgv("sandhook-1", [0, -1, 1.5, Number.NaN], 0);
    expect([argv[5], argv.at(-1)]).toEqual([
      "1s",
      'sender == "Sandbox" AND eventMessage CONTAINS "deny(" AND (eventMessage CONTAINS "sandhook-1")',
    ]);
  });

  it("refuses a tag that could change the predicate", () => {
    expect(() => violationLogArgv('x" OR "', [], 1)).toThrow(RangeError);
  });
});
