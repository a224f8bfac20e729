import { describe, expect, it } from "vitest";
import type { SeatbeltToggle } from "../../../../src/core/plan.ts";
import { ALLOW, askCase, DENY, HOME } from "../../../support/seatbelt-case.ts";
import type { Request } from "../../../support/sbpl/request.ts";

const GRANTS: readonly (readonly [SeatbeltToggle, Request])[] = [
  ["pty", { operation: "pseudo-tty" }],
  ["pty", { operation: "file-write-data", path: "/dev/ttys004" }],
  ["pty", { operation: "file-ioctl", path: "/dev/ptmx" }],
  ["keychain-read", { operation: "mach-lookup", name: "com.apple.SecurityServer" }],
  ["keychain-read", { operation: "mach-lookup", name: "com.apple.securityd.xpc" }],
  ["chromium", { operation: "mach-register", name: "org.chromium.Chromium.MachPortRendezvousServer.71" }],
  ["chromium", { operation: "mach-lookup", name: "com.apple.windowserver.active" }],
  ["chromium", { operation: "iokit-open", name: "IOSurfaceRootUserClient" }],
  ["simulator", { operation: "mach-lookup", name: "com.apple.CoreSimulator.CoreSimulatorService" }],
  [
    "simulator",
    { operation: "file-write-create", path: `${HOME}/Library/Developer/CoreSimulator/Devices/a` },
  ],
  ["apple-events", { operation: "appleevent-send" }],
  ["apple-events", { operation: "lsopen" }],
  ["apple-events", { operation: "mach-lookup", name: "com.apple.coreservices.appleevents" }],
  ["docker-socket", { operation: "network-outbound", socket: "/private/var/run/docker.sock" }],
  ["docker-socket", { operation: "network-outbound", socket: `${HOME}/.colima/default/docker.sock` }],
  ["docker-socket", { operation: "network-outbound", socket: `${HOME}/.orbstack/run/docker.sock` }],
];

describe.each(GRANTS)("toggle %s", (toggle, request) => {
  it(`is what allows ${JSON.stringify(request)}`, () => {
    expect(askCase()(request)).toEqual(DENY);
    expect(askCase({ seatbelt: { toggles: [toggle] } })(request)).toEqual(ALLOW);
  });
});

const EVERY: readonly SeatbeltToggle[] = [
  "pty",
  "keychain-read",
  "chromium",
  "simulator",
  "apple-events",
  "docker-socket",
];

describe("all toggles together", () => {
  const ask = askCase({ seatbelt: { toggles: EVERY } });

  it.each([
    { operation: "file-write-data", path: `${HOME}/Library/Keychains/login.keychain-db` },
    { operation: "file-read-data", path: `${HOME}/.ssh/id_ed25519` },
    { operation: "file-write-data", path: `${HOME}/code/app/.git/config` },
    { operation: "file-write-data", path: `${HOME}/.claude/settings.json` },
    { operation: "file-read-data", path: `${HOME}/.local/state/sandhook/jobs/1` },
    { operation: "network-outbound", address: "93.184.216.34:443" },
    { operation: "mach-register", name: "com.example.service" },
    { operation: "mach-lookup", name: "com.apple.pasteboard.1" },
    { operation: "job-creation" },
  ])("still deny %o", (request) => {
    expect(ask(request)).toEqual(DENY);
  });
});

describe("core services", () => {
  it.each([
    ["com.apple.system.opendirectoryd.libinfo", ALLOW],
    ["com.apple.logd", ALLOW],
    ["com.apple.FSEvents", ALLOW],
    ["com.apple.sysmond", DENY],
    ["com.apple.securityd.xpc", DENY],
    ["com.apple.pasteboard.1", DENY],
    ["com.apple.coreservices.launchservicesd", DENY],
    ["com.apple.tccd", DENY],
    ["com.apple.xpc.smd", DENY],
  ])("workspace-write and %s", (name, verdict) => {
    expect(askCase()({ operation: "mach-lookup", name })).toEqual(verdict);
  });
});
