import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mustRun, run, say } from "./run.mjs";
import { IMAGE, TEST_USER } from "./state.mjs";

const DROP_IN = "/etc/containers/containers.conf.d/50-sandhook-test.conf";

/**
 * How to call podman as the rootless test user: { command, env }, or undefined when that user does not exist. A caller
 * who is not root is a rootless user already.
 */
export function rootlessPodman() {
  if (process.getuid?.() !== 0) {
    const { PATH, HOME, USER, XDG_RUNTIME_DIR } = process.env;
    return { command: ["podman"], env: { PATH, HOME, USER, XDG_RUNTIME_DIR } };
  }
  const [uid, gid, home] = readAccount();
  if (uid === undefined) return undefined;
  const command = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "podman"];
  return {
    command,
    env: { PATH: process.env.PATH, HOME: home, USER: TEST_USER, XDG_RUNTIME_DIR: runtimeFolder(uid) },
  };
}

/** Where a login would put it; the product trusts no other place. */
function runtimeFolder(uid) {
  return `/run/user/${uid}`;
}

/** Makes the test user, its runtime folder and its storage settings; opens the tun device for slirp4netns. */
export function ensureRootlessUser() {
  if (readAccount().length === 0) {
    say(`adding the user ${TEST_USER}`);
    mustRun(["useradd", "--create-home", "--shell", "/bin/bash", TEST_USER]);
  }
  const [uid, gid, home] = readAccount();
  mkdirSync(runtimeFolder(uid), { recursive: true, mode: 0o700 });
  chownSync(runtimeFolder(uid), uid, gid);
  if (existsSync("/dev/net/tun")) chmodSync("/dev/net/tun", 0o666);
  // Without it an old podman falls back to vfs, which copies the whole image for every container.
  const storage = join(home, ".config", "containers", "storage.conf");
  if (existsSync(storage)) return;
  mkdirSync(dirname(storage), { recursive: true });
  writeFileSync(storage, '[storage]\ndriver = "overlay"\n');
  mustRun(["chown", "-R", `${uid}:${gid}`, join(home, ".config")]);
}

/**
 * Rootless podman keeps its containers inside a namespace that one process holds. When that process was killed, podman
 * refuses every command until it is told that the containers are gone.
 */
export function ensureRootlessAnswers() {
  const { command, env } = rootlessPodman();
  const answers = () => run([...command, "ps", "--quiet"], { env, timeout: 60_000 });
  if (answers().ok) return;
  say("rootless podman does not answer: podman system migrate");
  const migrated = run([...command, "system", "migrate"], { env, timeout: 120_000 });
  const second = answers();
  if (!second.ok) throw new Error(`rootless podman: ${second.reason || migrated.reason}`);
}

/** Tries podman as it is; only when a container cannot start, adds the settings a confined machine needs. */
export function ensurePodmanRuns() {
  const trial = ["podman", "run", "--rm", "--network=none", IMAGE, "true"];
  if (existsSync(DROP_IN) || run(trial, { timeout: 60_000 }).ok) return;
  say(`writing ${DROP_IN}`);
  mkdirSync(dirname(DROP_IN), { recursive: true });
  writeFileSync(DROP_IN, confinedSettings());
  const second = run(trial, { timeout: 60_000 });
  if (second.ok) return;
  removePodmanSettings();
  throw new Error(second.reason);
}

/** Takes away what ensurePodmanRuns wrote; gives what it did. */
export function removePodmanSettings() {
  const present = existsSync(DROP_IN);
  rmSync(DROP_IN, { force: true });
  return present ? `removed ${DROP_IN}` : "podman's settings were not changed";
}

/**
 * runc, as crun refuses a cgroup v1 system with a v2 tree beside it; limits no higher than our own, as raising them
 * takes a capability that root in a confined machine may lack.
 */
function confinedSettings() {
  const pidMax = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
  const limits = [
    `nofile=${hardLimit("Max open files")}`,
    `nproc=${Math.min(hardLimit("Max processes"), pidMax)}`,
  ];
  const ulimits = limits.map((limit) => JSON.stringify(`${limit}:${limit.split("=")[1]}`));
  return `[containers]
default_ulimits = [${ulimits.join(", ")}]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;
}

function hardLimit(name) {
  const line = readFileSync("/proc/self/limits", "utf8")
    .split("\n")
    .find((text) => text.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === "unlimited" ? 1_048_576 : Number(hard);
}

function readAccount() {
  const fields = run(["getent", "passwd", TEST_USER]).stdout.trim().split(":");
  return fields.length < 6 ? [] : [Number(fields[2]), Number(fields[3]), fields[5]];
}
