import { describe, expect, it } from "vitest";
import { decides } from "../../../support/decision-table.ts";
import { ALLOW, type Ask, askCase, DENY, HOME, PROJECT, PROXIED } from "../../../support/seatbelt-case.ts";

const OPEN = ["permissive-open", "restrictive-open", "strict-open"] as const;
const BEHIND_PROXY = ["permissive-proxied", "restrictive-proxied", "strict-proxied"] as const;
const ALL = [...OPEN, ...BEHIND_PROXY];

const asked = new Map<string, Ask>(
  ALL.map((profile) => [
    profile,
    askCase({ profile, network: profile.endsWith("-open") ? { mode: "open" } : PROXIED }),
  ]),
);

function ask(profile: string): Ask {
  const found = asked.get(profile);
  if (found === undefined) throw new Error(`no profile ${profile}`);
  return found;
}

describe.each(ALL)("%s: what all six have in common", (profile) => {
  decides(
    () => ask(profile),
    `allow process-exec /usr/bin/git
     allow process-fork
     allow signal self
     deny signal others
     allow sysctl-read hw.ncpu
     deny sysctl-read kern.procargs2
     allow mach-lookup com.apple.sysmond
     allow file-write-create P/src/a.ts
     allow file-write-create T/a
     allow file-write-create H/.npm/_cacache/x
     allow file-write-create H/.cache/pip/x
     allow file-write-create /private/var/folders/ab/cdef/T/x
     allow file-write-create /private/var/folders/ab/cdef/C/x
     deny file-write-create H/.gemini/settings.json
     deny file-write-create H/other/x
     deny file-write-create /private/var/folders/ab/cdef/X/x
     allow file-ioctl /dev/ttys001
     allow file-read-data H/.npm/a
     deny file-read-data /dev/rdisk0
     deny file-write-data P/.git/config
     deny file-write-create P/.claude/settings.json
     deny file-read-data H/.ssh/id_ed25519
     deny network-outbound /private/var/run/docker.sock
     deny file-read-data H/.rd/docker.sock`,
  );
});

describe("what sets the six apart", () => {
  const reads = { operation: "file-read-data", path: `${HOME}/other/notes.txt` };
  const terminal = { operation: "file-write-data", path: "/dev/ttys001" };
  const trust = { operation: "mach-lookup", name: "com.apple.trustd.agent" };
  const anywhere = { operation: "network-outbound", address: "93.184.216.34:443", protocol: "tcp" } as const;
  const proxy = { operation: "network-outbound", address: "localhost:18080", protocol: "tcp" } as const;
  const server = { operation: "network-inbound", address: "localhost:3000", protocol: "tcp" } as const;
  const debuggerPort = { operation: "network-inbound", address: "localhost:9229", protocol: "tcp" } as const;
  const binding = { operation: "network-bind", address: "localhost:3000", protocol: "tcp" } as const;

  it.each([
    ["permissive-open", reads, ALLOW],
    ["permissive-proxied", reads, ALLOW],
    ["restrictive-open", reads, ALLOW],
    ["restrictive-proxied", reads, ALLOW],
    ["strict-open", reads, DENY],
    ["strict-proxied", reads, DENY],
    ["permissive-open", terminal, ALLOW],
    ["permissive-proxied", terminal, ALLOW],
    ["restrictive-open", terminal, DENY],
    ["restrictive-proxied", terminal, DENY],
    ["strict-open", terminal, DENY],
    ["strict-proxied", terminal, DENY],
    ["permissive-open", trust, ALLOW],
    ["permissive-proxied", trust, ALLOW],
    ["restrictive-open", trust, DENY],
    ["strict-open", trust, DENY],
    ["restrictive-proxied", trust, DENY],
    ["strict-proxied", trust, DENY],
    ["permissive-open", anywhere, ALLOW],
    ["restrictive-open", anywhere, ALLOW],
    ["strict-open", anywhere, ALLOW],
    ["permissive-proxied", anywhere, DENY],
    ["restrictive-proxied", anywhere, DENY],
    ["strict-proxied", anywhere, DENY],
    ["permissive-proxied", proxy, ALLOW],
    ["restrictive-proxied", proxy, ALLOW],
    ["strict-proxied", proxy, ALLOW],
    ["permissive-open", server, ALLOW],
    ["permissive-proxied", server, DENY],
    ["restrictive-open", server, DENY],
    ["restrictive-proxied", server, DENY],
    ["strict-open", server, DENY],
    ["strict-proxied", server, DENY],
    ["permissive-proxied", debuggerPort, ALLOW],
    ["restrictive-open", debuggerPort, ALLOW],
    ["strict-proxied", debuggerPort, ALLOW],
    ["permissive-open", binding, ALLOW],
    ["permissive-proxied", binding, ALLOW],
    ["restrictive-open", binding, DENY],
    ["restrictive-proxied", binding, DENY],
    ["strict-open", binding, DENY],
    ["strict-proxied", binding, DENY],
  ])("%s decides %o", (profile, request, verdict) => {
    expect(ask(profile)(request)).toEqual(verdict);
  });
});

describe.each(["strict-open", "strict-proxied"])("%s: listed reads", (profile) => {
  decides(
    () => ask(profile),
    `allow file-read-data /
     allow file-read-data P/a
     allow file-read-data H/.nvm/versions/node
     allow file-read-data H/.config/starship.toml
     allow file-read-data H/.gitconfig
     deny file-read-data H/.gitconfig.local
     deny file-read-data H/.gemini/settings.json
     deny file-read-data H/Documents/a
     allow file-read-data /private/etc/hosts
     allow file-read-data /Applications/Slack.app/a
     deny file-read-data /Volumes/x
     allow file-read-metadata H/Documents/a`,
  );
});

describe("a profile never gives more than the plan", () => {
  it.each(OPEN)("%s stays off the network when the plan has none", (profile) => {
    const none = askCase({ profile });
    expect(none({ operation: "network-outbound", address: "93.184.216.34:443" })).toEqual(DENY);
    expect(none({ operation: "network-bind", address: "localhost:3000" })).toEqual(DENY);
  });

  it.each(OPEN)("%s goes through the proxy when the plan has an allowlist", (profile) => {
    const proxied = askCase({ profile, network: PROXIED });
    expect(proxied({ operation: "network-outbound", address: "93.184.216.34:443" })).toEqual(DENY);
    expect(proxied({ operation: "network-outbound", address: "localhost:18080" })).toEqual(ALLOW);
  });

  it("permissive-open reads a list when the plan lists reads", () => {
    const listed = askCase({ profile: "permissive-open", filesystem: { reads: "listed" } });
    expect(listed({ operation: "file-read-data", path: `${HOME}/other/a` })).toEqual(DENY);
    expect(listed({ operation: "file-read-data", path: `${PROJECT}/a` })).toEqual(ALLOW);
  });
});
