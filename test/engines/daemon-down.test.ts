import { execFileSync, spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { engineAvailable } from "../support/engines.ts";
import { makeGround, ordinaryAccount, outcome } from "./ground.ts";

describe.runIf(engineAvailable("docker"))("docker without its daemon", () => {
  const account = ordinaryAccount("/var/run/docker.sock");
  it("says that the daemon is down, and runs nothing", async () => {
    const ground = makeGround("down", account, { engine: "docker" });
    const context = { currentContext: "dead" };
    const folder = path.join(ground.home, ".docker");
    const digest = execFileSync("sha256sum", { input: "dead", encoding: "utf8" }).split(" ")[0] ?? "";
    const meta = path.join(folder, "contexts/meta", digest);
    execFileSync("mkdir", ["-p", meta]);
    const socket = path.join(ground.root, "dead.sock");
    const listener = spawn("python3", [
      "-c",
      `import socket;s=socket.socket(socket.AF_UNIX);s.bind(${JSON.stringify(socket)})`,
    ]);
    await new Promise((resolve) => listener.once("exit", resolve));
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(context));
    writeFileSync(
      path.join(meta, "meta.json"),
      JSON.stringify({ Endpoints: { docker: { Host: `unix://${socket}` } } }),
    );
    execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, ground.root]);
    const { code, err } = await outcome(ground, "touch canary");
    expect([code, err]).toEqual([125, expect.stringContaining("the docker daemon is not running")]);
    expect(existsSync(path.join(ground.project, "canary"))).toBe(false);
    rmSync(ground.root, { recursive: true });
  });
});
