import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { execa } from "execa";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { hardening, renderMount } from "../../engine/oci/create-arguments.ts";
import { isInside } from "../../core/paths.ts";
import { type Client, clientEnvironment, mustRun } from "./client.ts";
import { inFolder } from "./in-folder.ts";

const SEPARATOR = "--- groups ---";

/**
 * `sh UID:GID HOME [folder PATH | file PATH]…`: makes mount points that belong to the user, then prints the accounts. A
 * command may have put links there, which would lead a mount to another place.
 */
const PREPARE = `owner=$1; chown "$owner" "$2"; shift 2
while [ $# -gt 0 ]; do
  case $1 in
  folder) [ -d "$2" ] && [ ! -L "$2" ] || { rm -f -- "$2"; mkdir -- "$2"; } ;;
  file) [ -f "$2" ] && [ ! -L "$2" ] || { rm -rf -- "$2"; : >"$2"; } ;;
  esac
  chown -h "$owner" "$2"; shift 2
done
cat /etc/passwd; echo "${SEPARATOR}"; cat /etc/group`;

interface MountPoint {
  readonly path: string;
  readonly kind: "folder" | "file";
}

/** What must exist below `base` so that every mount of the container finds its place there, outermost first. */
export function mountPointsBelow(base: string, spec: ContainerSpec): MountPoint[] {
  const binds = [
    ...spec.mounts.map(({ target, kind }) => ({ target, kind })),
    ...spec.volumes.map(({ target }) => ({ target, kind: "directory" as const })),
    { target: spec.temporary, kind: "directory" as const },
  ];
  const below = binds.filter(({ target }) => target !== base && isInside(target, base));
  const outermost = below.filter(
    ({ target }) => !below.some((other) => other.target !== target && isInside(target, other.target)),
  );
  const points = new Map<string, MountPoint>();
  for (const { target, kind } of outermost) {
    for (let at = path.dirname(target); at !== base && isInside(at, base); at = path.dirname(at))
      points.set(at, { path: at, kind: "folder" });
    points.set(target, { path: target, kind: kind === "directory" ? "folder" : "file" });
  }
  return [...points.values()].sort((a, b) => a.path.length - b.path.length);
}

async function ensureVolume(client: Client, name: string): Promise<void> {
  if ((await client.run(["volume", "inspect", name])).ok) return;
  await mustRun(client, ["volume", "create", "--label", `sandhook.volume=${name}`, name], {
    code: "volume.not-created",
    message: `the volume ${name} could not be created`,
    hint: "To see what is wrong, type: sandhook doctor",
  });
}

/**
 * Makes the home volume the user's own, with the mount points that the container needs, by a short-lived container that
 * may change owners and nothing else. Gives the image's accounts.
 * @throws EngineError `volume.not-created`, `home.not-prepared`
 */
export async function prepareHome(
  client: Client,
  spec: ContainerSpec,
  image: string,
): Promise<{ passwd: string; group: string }> {
  const volumes = [...spec.volumes, ...spec.separate];
  for (const name of [spec.home.volume, ...volumes.map((volume) => volume.name)])
    await ensureVolume(client, name);
  const { uid, gid } = spec.user;
  const mounts = [{ name: spec.home.volume, target: spec.home.path }, ...volumes].flatMap(
    ({ name, target }) => [
      "--mount",
      renderMount([
        ["type", "volume"],
        ["source", name],
        ["target", target],
      ]),
    ],
  );
  const points = [
    ...mountPointsBelow(spec.home.path, spec),
    ...volumes.map(({ target }): MountPoint => ({ path: target, kind: "folder" })),
  ];
  const words = [
    ...["run", "--rm", "--network", "none", ...hardening(spec), "--user", "0:0"],
    ...["--cap-add", "CHOWN", "--cap-add", "DAC_OVERRIDE", "--cap-add", "FOWNER", ...mounts],
    ...["--workdir", "/", "--entrypoint", "/bin/sh", image, "-c", PREPARE, "sh"],
    ...[`${uid}:${gid}`, spec.home.path, ...points.flatMap((point) => [point.kind, point.path])],
  ];
  const text = await mustRun(client, words, {
    code: "home.not-prepared",
    message: "the home folder of the project's container could not be prepared",
    hint: "To see what is wrong, type: sandhook doctor",
  });
  const [passwd = "", group = ""] = text.split(`${SEPARATOR}\n`);
  return { passwd, group };
}

/** The account list with the user under the host's name; an image's account of the same number gives way. */
export function withUser(passwd: string, name: string, spec: ContainerSpec): string {
  const { uid, gid } = spec.user;
  const others = passwd.split("\n").filter((line) => {
    const fields = line.split(":");
    return line !== "" && fields[2] !== uid.toString() && fields[0] !== name;
  });
  return [`${name}:x:${uid}:${gid}::${spec.home.path}:/bin/bash`, ...others, ""].join("\n");
}

function withGroup(group: string, name: string, gid: number): string {
  const lines = group.split("\n").filter((line) => line !== "");
  return [
    ...(lines.some((line) => line.split(":")[2] === gid.toString()) ? [] : [`${name}:x:${gid}:`]),
    ...lines,
    "",
  ].join("\n");
}

/** The user's name and address for commits, from the user's own git settings and nothing else of them. */
async function writeGitIdentity(spec: ContainerSpec, file: string): Promise<void> {
  const env = clientEnvironment(spec.home.path, spec.user.uid);
  const git = (...words: string[]): Promise<{ failed: boolean; stdout: string }> =>
    execa("git", words, { env, extendEnv: false, reject: false, cwd: "/" });
  writeFileSync(file, "", { mode: 0o644 });
  for (const key of ["user.name", "user.email"]) {
    const { failed, stdout } = await git("config", "--global", "--get", key);
    if (!failed) await git("config", "--file", file, key, stdout.trim());
  }
}

/** Writes what the container sees as its account files and git settings. */
export async function writeIdentity(
  spec: ContainerSpec,
  accounts: { readonly passwd: string; readonly group: string },
): Promise<void> {
  const folder = path.join(spec.folder, "config");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { username } = userInfo();
  writeFileSync(path.join(folder, "passwd"), withUser(accounts.passwd, username, spec));
  writeFileSync(path.join(folder, "group"), withGroup(accounts.group, username, spec.user.gid));
  await writeGitIdentity(spec, path.join(folder, "gitconfig"));
}

/**
 * Mount points for a project that lies in `/tmp`: that folder is the temp folder inside, where a daemon would make them
 * as root. A sandbox may have put links there; they are removed, never followed.
 */
export function prepareTemporary(spec: ContainerSpec): void {
  for (const point of mountPointsBelow("/tmp", spec)) {
    const place = path.join(spec.temporary, point.path.slice("/tmp/".length));
    inFolder(path.dirname(place), () => {
      const name = path.basename(place);
      const facts = lstatSync(name, { throwIfNoEntry: false });
      const fits = point.kind === "folder" ? facts?.isDirectory() : facts?.isFile();
      if (fits === true) return;
      rmSync(name, { recursive: true, force: true });
      if (point.kind === "folder") mkdirSync(name, { mode: 0o700 });
      else writeFileSync(name, "", { flag: "wx" });
    });
  }
}

/** Mount points in the project, made by the user and not by the daemon. */
export function prepareSeparate(spec: ContainerSpec): void {
  for (const { target } of spec.separate)
    inFolder(path.dirname(target), () => {
      const name = path.basename(target);
      if (lstatSync(name, { throwIfNoEntry: false }) === undefined) mkdirSync(name);
    });
}
