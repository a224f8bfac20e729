import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { engineAvailable, engineClient } from "../../support/engines.ts";

describe.each(["docker", "podman", "podman-rootless"] as const)("the base image in %s", (name) => {
  it.runIf(engineAvailable(name))("is Debian bookworm", () => {
    const { command, env } = engineClient(name);
    const [file = name, ...args] = command;
    const run = ["run", "--rm", "--network=none", "debian:bookworm-slim", "cat", "/etc/debian_version"];
    expect(execFileSync(file, [...args, ...run], { cwd: "/", env, encoding: "utf8" })).toMatch(/^12\./);
  });
});
