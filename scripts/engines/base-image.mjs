import { closeSync, existsSync, mkdtempSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mustRun, run, say } from "./run.mjs";
import { IMAGE, STATE } from "./state.mjs";

const TARBALL = join(STATE, `bookworm-${process.arch}.tar`);
const LEFT_OUT = ["./dev/*", "./debootstrap", "./var/cache/apt/archives/*.deb", "./var/lib/apt/lists/*"];
const CHANGES = [
  "--change",
  'CMD ["bash"]',
  "--change",
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
];

/**
 * Sees to it that an engine knows the base image: there already, pulled, or imported from a tree that debootstrap
 * makes once. `client` is the command that talks to the engine, such as ["docker"].
 */
export function ensureBaseImage(client, { env } = {}) {
  if (run([...client, "image", "inspect", IMAGE], { env }).ok) return;
  say(`${client.at(-1)}: pulling ${IMAGE}`);
  if (run([...client, "pull", "-q", IMAGE], { env, timeout: 60_000 }).ok) return;
  const tarball = ensureTarball();
  say(`${client.at(-1)}: no registry; importing the debootstrap tree`);
  const stdin = openSync(tarball, "r");
  try {
    // Through stdin: the cache is root's own and another user could not open the path.
    mustRun([...client, "import", ...CHANGES, "-", IMAGE], { env, stdin, timeout: 300_000 });
  } finally {
    closeSync(stdin);
  }
}

/** The root file system as a tar file; it appears complete or not at all. */
function ensureTarball() {
  if (existsSync(TARBALL)) return TARBALL;
  say("building the base tree with debootstrap (once, about a minute)");
  const work = mkdtempSync(join(STATE, "debootstrap-"));
  try {
    const tree = join(work, "tree");
    mustRun(["debootstrap", "--variant=minbase", "bookworm", tree], { timeout: 900_000 });
    const excludes = LEFT_OUT.map((path) => `--exclude=${path}`);
    const tar = ["tar", "-C", tree, "--numeric-owner", ...excludes, "-cf", join(work, "base.tar"), "."];
    mustRun(tar, { timeout: 300_000 });
    renameSync(join(work, "base.tar"), TARBALL);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return TARBALL;
}
