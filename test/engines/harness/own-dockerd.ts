import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { until } from "../ground.ts";

/** A docker daemon of a test's own, which may be killed while others use the machine's. */
export interface OwnDockerd {
  readonly address: string;
  /** Starts it, when it does not run, and waits until it answers. */
  start(): Promise<void>;
  kill(): void;
  /** Ends it with everything of it. */
  remove(): void;
}

/**
 * Makes a daemon with one image of the machine's; `group` may use it. Its network and mounts are its own: without that it
 * would take away the bridge of the machine's daemon.
 */
export async function makeOwnDockerd(image: string, group: number): Promise<OwnDockerd> {
  const root = mkdtempSync("/var/tmp/sandhook-dockerd-");
  const socket = path.join(root, "docker.sock");
  const address = `unix://${socket}`;
  const ask = (...args: string[]): number | null => spawnSync("docker", ["--host", address, ...args]).status;
  let daemon: ChildProcess | undefined;

  const words = [
    ...["--host", address, "--data-root", `${root}/data`, "--exec-root", `${root}/exec`],
    ...["--pidfile", `${root}/pid`, "--bridge", "none", "--iptables=false", "--group", group.toString()],
  ];
  const start = async (): Promise<void> => {
    if (daemon?.exitCode === null && daemon.signalCode === null && ask("version") === 0) return;
    // Killed with SIGKILL it leaves these, and its containerd takes them for those of one that runs.
    for (const name of ["pid", "exec/containerd/containerd.pid", "exec/containerd/containerd.sock"])
      rmSync(path.join(root, name), { force: true });
    for (const name of ["containerd.sock.ttrpc", "containerd-debug.sock"])
      rmSync(path.join(root, "exec/containerd", name), { force: true });
    daemon = spawn("unshare", ["--net", "--mount", "dockerd", ...words], { stdio: "ignore" });
    await until(() => ask("version") === 0);
  };
  const kill = (): void => {
    daemon?.kill("SIGKILL");
  };
  const remove = (): void => {
    for (const id of spawnSync("docker", ["--host", address, "ps", "-aq"], { encoding: "utf8" }).stdout.split(
      "\n",
    ))
      if (id !== "") ask("rm", "--force", id);
    daemon?.kill("SIGTERM");
    spawnSync("timeout", ["20", "tail", `--pid=${daemon?.pid ?? 0}`, "-f", "/dev/null"]);
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  };
  execFileSync("chmod", ["755", root]);
  await start();
  execFileSync("sh", ["-c", `docker save ${image} | docker --host ${address} load`], { stdio: "ignore" });
  return { address, start, kill, remove };
}
