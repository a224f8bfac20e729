import { describe, expect, it } from "vitest";
import type { NetworkPlan } from "../../../../src/core/plan.ts";
import { networkModules } from "../../../../src/engine/seatbelt/render-network.ts";
import { decides } from "../../../support/decision-table.ts";
import { askCase, PROXIED, renderCase } from "../../../support/seatbelt-case.ts";

describe("network none", () => {
  const ask = askCase();
  decides(
    () => ask,
    `deny network-outbound 93.184.216.34:443
     deny network-outbound localhost:8080
     deny network-outbound 127.0.0.1:18080
     deny network-bind localhost:3000
     deny network-inbound localhost:3000
     deny network-outbound /private/var/run/mDNSResponder
     deny network-outbound /private/var/run/docker.sock
     deny network-outbound /private/tmp/com.apple.launchd.abc/Listeners
     allow network-outbound P/.tmp/tsx.sock
     allow network-bind P/.tmp/tsx.sock
     allow network-inbound T/gradle.sock
     allow system-socket AF_UNIX:0
     deny system-socket AF_SYSTEM:2
     deny mach-lookup com.apple.trustd.agent
     deny mach-lookup com.apple.mDNSResponder`,
  );
});

describe("network through the proxy", () => {
  const ask = askCase({ network: PROXIED });
  decides(
    () => ask,
    `allow network-outbound 127.0.0.1:18080
     allow network-outbound ::1:18080
     allow network-outbound localhost:18080
     deny network-outbound localhost:18081
     deny network-outbound 93.184.216.34:18080
     deny network-outbound 93.184.216.34:443
     deny network-outbound 192.168.1.10:80
     deny network-bind localhost:3000
     deny network-inbound localhost:18080
     deny network-outbound /private/var/run/mDNSResponder
     allow mach-lookup com.apple.trustd.agent
     deny mach-lookup com.apple.mDNSResponder
     deny mach-lookup com.apple.ocspd`,
  );
});

describe("network open", () => {
  const ask = askCase({ network: { mode: "open" } });
  decides(
    () => ask,
    `allow network-outbound 93.184.216.34:443
     allow network-outbound localhost:5432
     allow network-bind localhost:3000
     allow network-inbound 192.168.1.10:3000
     allow network-outbound /private/var/run/mDNSResponder
     allow mach-lookup com.apple.trustd.agent
     allow system-socket AF_SYSTEM:2
     deny network-outbound /private/tmp/com.apple.launchd.abc/Listeners
     deny network-outbound H/.gnupg/S.gpg-agent
     deny network-outbound /private/var/run/docker.sock
     deny network-outbound localhost:2375`,
  );
});

describe("loopback by policy", () => {
  const some = askCase({ loopback: { bind: "localhost", connect: [5432, 6379] } });
  decides(
    () => some,
    `allow network-bind localhost:3000
     allow network-inbound 127.0.0.1:3000
     deny network-bind 0.0.0.0:3000
     allow network-outbound localhost:5432
     allow network-outbound 127.0.0.1:6379
     deny network-outbound localhost:3306
     deny network-outbound 93.184.216.34:5432`,
  );
  const any = askCase({ network: PROXIED, loopback: { bind: "any", connect: "any" } });
  decides(
    () => any,
    `allow network-bind 0.0.0.0:3000
     allow network-inbound ::ffff:127.0.0.1:3000
     allow network-outbound localhost:9999
     deny network-outbound localhost:2375
     deny network-outbound 10.0.0.5:9999`,
  );
  const none = askCase({ loopback: { bind: "none", connect: "none" } });
  decides(
    () => none,
    `deny network-bind localhost:3000
     deny network-outbound localhost:3000`,
  );
});

describe("container engines stay out of reach whatever the network", () => {
  const ask = askCase({
    profile: "permissive-open",
    network: { mode: "open" },
    filesystem: { writable: ["/Users/dana" as never], protectedPaths: [], hidden: [] },
  });
  decides(
    () => ask,
    `allow network-outbound H/.gnupg/S.gpg-agent
     deny network-outbound /var/run/docker.sock
     deny network-outbound /private/var/run/docker.sock
     deny network-outbound /private/var/run/docker.sock.raw
     deny network-outbound /private/var/run/podman/podman.sock
     deny network-outbound H/.docker/run/docker.sock
     deny network-outbound H/.docker/desktop/docker-cli.sock
     deny network-outbound H/.colima/default/docker.sock
     deny network-outbound H/.config/colima/default/docker.sock
     deny network-outbound H/.orbstack/run/docker.sock
     deny network-outbound H/.rd/docker.sock
     deny network-outbound H/.lima/docker/sock/docker.sock
     deny network-outbound H/.finch/finch.sock
     deny network-outbound H/.local/share/containers/podman/machine/podman.sock
     deny network-outbound H/.config/containers/podman/machine/podman.sock
     deny network-outbound /private/var/folders/ab/cdef/T/podman/podman-machine-default-api.sock
     deny network-outbound /System/Volumes/Data/private/var/run/docker.sock
     deny file-read-data H/.orbstack/run/docker.sock
     deny file-write-data /private/var/run/docker.sock
     deny file-write-unlink H/.colima/default/docker.sock
     deny file-link H/.rd/docker.sock
     deny file-write-unlink H/.local/share/containers
     deny mach-lookup com.docker.vmnetd
     deny mach-lookup dev.kdrag0n.OrbStack.helper
     deny ipc-posix-shm-write-create com.docker.x`,
  );
});

const proxyOn = (port: number): NetworkPlan => ({
  mode: "allowlist",
  port,
});

describe("refusals", () => {
  it("refuses a plan with an open network under a profile that never opens it", () => {
    expect(() => renderCase({ profile: "strict", network: { mode: "open" } })).toThrow(
      expect.objectContaining({ code: "seatbelt.profile-needs-proxy" }),
    );
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])("refuses %s as a port", (port) => {
    expect(() => renderCase({ network: proxyOn(port) })).toThrow(
      expect.objectContaining({ code: "seatbelt.port" }),
    );
    expect(() => renderCase({ loopback: { bind: "none", connect: [port] } })).toThrow(
      expect.objectContaining({ code: "seatbelt.port" }),
    );
  });

  it("gives no module to a plan without network", () => {
    expect(networkModules({ network: { mode: "none" } } as never, {} as never)).toEqual([]);
  });
});
