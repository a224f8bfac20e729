import { describe, expect, it } from "vitest";
import { probeHost } from "../../../scripts/engines/host.mjs";
import { missingPackages } from "../../../scripts/engines/packages.mjs";
import { engineAvailable } from "../../support/engines.ts";
import type { EngineStatus } from "../../support/engines.ts";

describe("probeHost", () => {
  it.each(["ID=debian\n", 'ID=ubuntu\nID_LIKE="debian"\n', 'ID=mint\nID_LIKE="ubuntu debian"\n'])(
    "lets root change a system with %j",
    (osRelease) => {
      expect(probeHost({ platform: "linux", uid: 0, osRelease })).toEqual({ kind: "ours" });
    },
  );

  it.each([
    { platform: "darwin", uid: 0, osRelease: "", reason: "nothing is installed on darwin" },
    {
      platform: "linux",
      uid: 0,
      osRelease: "ID=fedora\n",
      reason: "nothing is installed: not a Debian or Ubuntu system",
    },
    {
      platform: "linux",
      uid: 1000,
      osRelease: "ID=debian\n",
      reason: "nothing is installed: not root (run it with sudo)",
    },
  ])("leaves $platform with uid $uid and $osRelease alone", ({ reason, ...host }) => {
    expect(probeHost(host)).toEqual({ kind: "hands-off", reason });
  });
});

describe("missingPackages", () => {
  it("names only what is missing", () => {
    expect(missingPackages((name) => name !== "zsh")).toEqual(["zsh"]);
  });

  it("takes another vendor's docker for docker.io, which would conflict with it", () => {
    expect(missingPackages((name) => name !== "docker.io" && name !== "moby-engine")).toEqual([]);
  });
});

describe("engineAvailable", () => {
  const outcome = (available: boolean, applicable: boolean) => ({ available, applicable, reasons: ["why"] });
  const status: EngineStatus = {
    bubblewrap: outcome(true, true),
    docker: outcome(false, true),
    podman: outcome(false, true),
    "podman-rootless": outcome(false, true),
    seatbelt: outcome(false, false),
  };

  it("is true for an engine that works", () => {
    expect(engineAvailable("bubblewrap", status, true)).toBe(true);
  });

  it("is false for a missing engine on a laptop", () => {
    expect(engineAvailable("docker", status, false)).toBe(false);
  });

  it("throws the reasons for a missing engine in CI", () => {
    expect(() => engineAvailable("docker", status, true)).toThrow("the engine docker is missing in CI: why");
  });

  it("is false in CI for an engine of another operating system", () => {
    expect(engineAvailable("seatbelt", status, true)).toBe(false);
  });
});
