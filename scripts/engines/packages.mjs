import { mustRun, run, say } from "./run.mjs";

const PACKAGES = [
  ...[
    "docker.io",
    "podman",
    "bubblewrap",
    "crun",
    "runc",
    "fuse-overlayfs",
    "slirp4netns",
    "uidmap",
    "iptables",
  ],
  ...["socat", "ripgrep", "zsh", "debootstrap", "iproute2", "tmux", "git", "busybox"],
  // For git over ssh; a test starts its own sshd.
  ...["openssh-client", "openssh-server"],
];

/** Another vendor's docker conflicts with Debian's: where a client is there, docker.io is not asked for. */
const PROVIDED_BY = { "docker.io": ["docker-ce", "docker-engine", "moby-engine"] };

/** The packages of the test ground that dpkg does not list as installed. */
export function missingPackages(isInstalled = installedInDpkg) {
  return PACKAGES.filter((name) => ![name, ...(PROVIDED_BY[name] ?? [])].some(isInstalled));
}

/** Installs what is missing and nothing else; gives the names it installed. */
export function ensurePackages() {
  const missing = missingPackages();
  if (missing.length === 0) return missing;
  say(`installing ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"];
  const install = [...apt, "install", "-y", "--no-install-recommends", ...missing];
  if (!run(install, { env, timeout: 900_000 }).ok) {
    mustRun([...apt, "update"], { env, timeout: 300_000 });
    mustRun(install, { env, timeout: 900_000 });
  }
  return missing;
}

function installedInDpkg(name) {
  const query = run(["dpkg-query", "-W", "-f=${db:Status-Status}", name]);
  return query.ok && query.stdout === "installed";
}
