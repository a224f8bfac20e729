import { spawnSync } from "node:child_process";
import { describe } from "vitest";
import { engineAvailable } from "../support/engines.ts";
import { describeContract } from "./contract.ts";
import { type Ground, makeGround, ordinaryAccount, ownAccount } from "./ground.ts";

/** Removes a project's container and its volume. */
function removeContainer(engine: string): (ground: Ground) => void {
  return (ground) => {
    const run = (...args: string[]): string[] =>
      spawnSync(engine, args, { encoding: "utf8" })
        .stdout.split("\n")
        .filter((word) => word !== "");
    for (const name of run(
      "ps",
      "-a",
      "--filter",
      `label=sandhook.project=${ground.project}`,
      "--format",
      "{{.Names}}",
    )) {
      run("rm", "--force", name);
      for (const volume of run("volume", "ls", "-q", "--filter", `name=${name}`)) run("volume", "rm", volume);
    }
  };
}

describe.runIf(engineAvailable("bubblewrap"))("bubblewrap", () => {
  const account = ordinaryAccount();
  describeContract({
    name: "bubblewrap",
    account,
    makeGround: () => makeGround("contract", account, { engine: "bubblewrap" }),
    cleanUp: () => undefined,
  });
});

describe.runIf(engineAvailable("docker"))("docker", () => {
  const account = ordinaryAccount("/var/run/docker.sock");
  const cleanUp = removeContainer("docker");
  describeContract({
    name: "docker",
    account,
    makeGround: () => makeGround("contract", account, { engine: "docker" }),
    cleanUp,
  });
});

describe.runIf(engineAvailable("podman") && process.getuid?.() === 0)("podman", () => {
  const settings = { engine: "podman", container: { image: "debian:bookworm-slim" } };
  describeContract({
    name: "podman",
    account: ownAccount(),
    makeGround: () => makeGround("contract", ownAccount(), settings),
    cleanUp: removeContainer("podman"),
  });
});
