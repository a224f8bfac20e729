import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { locateDockerSocket } from "../../../src/engine/oci/endpoint.ts";
import { nodeHost } from "../../../src/host/node-host.ts";

/** A home whose owner has typed `docker context use work`. */
function homeWithContext(address: string): ReturnType<typeof nodeHost> {
  const home = mkdtempSync(path.join(tmpdir(), "sandhook-context-"));
  onTestFinished(() => {
    rmSync(home, { recursive: true });
  });
  const host = nodeHost({ HOME: home });
  const folder = path.join(home, ".docker/contexts/meta", host.digest("work"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(home, ".docker/config.json"), JSON.stringify({ currentContext: "work" }));
  const meta = { Name: "work", Endpoints: { docker: { Host: address } } };
  writeFileSync(path.join(folder, "meta.json"), JSON.stringify(meta));
  return host;
}

describe("docker's daemon", () => {
  it("is where the context that the user chose leads, or where the settings say", () => {
    const host = homeWithContext("unix:///run/user/1000/docker.sock");
    expect(locateDockerSocket(host)).toBe("/run/user/1000/docker.sock");
    expect(locateDockerSocket(host, "unix:///elsewhere.sock")).toBe("/elsewhere.sock");
  });

  it.each(["ssh://me@build.example.org", "tcp://192.0.2.1:2376"])(
    "is refused on another machine, with the way out: %s",
    (address) => {
      const refusal = expect.objectContaining({
        code: "docker.remote",
        message: `the docker context "work" leads to ${address}, and a daemon elsewhere cannot mount this project`,
        hint: expect.stringContaining("sandhook.container.host") as unknown,
      }) as unknown;
      expect(() => locateDockerSocket(homeWithContext(address))).toThrow(refusal);
    },
  );
});
