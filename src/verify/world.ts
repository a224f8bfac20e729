import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { hostPath, type HostPath, joinHost } from "../core/paths.ts";
import { layoutFor } from "../install/layout.ts";
import { ensureRuntime } from "../install/runtime.ts";
import type { RuntimeSource } from "../install/runtime-source.ts";
import { SECRET_FILES } from "./attempts/secrets.ts";
import { type Names, secretOf } from "./names.ts";

/** A throw-away user with an installation, secrets and a repository; nothing of the real user's is in it. */
export interface World {
  readonly root: HostPath;
  readonly home: HostPath;
  readonly project: HostPath;
  readonly state: HostPath;
  /** Ids of the jobs of other calls, by their name in braces in an attempt's paths. */
  readonly jobs: Map<string, string>;
}

/** Settings files of the throw-away user, by scope. */
export type WorldSettings = Readonly<
  Record<"user" | "project" | "local", Readonly<Record<string, unknown>> | undefined>
>;

export interface WorldOptions {
  readonly root: HostPath;
  readonly names: Names;
  readonly settings: WorldSettings;
  readonly source: RuntimeSource;
  /** The Node that its hook runs with. */
  readonly node: string;
  /** Further files, by their path from the root. */
  readonly files: Readonly<Record<string, string>>;
}

const GIT_FILES = { HEAD: "ref: refs/heads/main\n", config: "[core]\n\tbare = false\n" };

function gitFolder(folder: string): Record<string, string> {
  return {
    [`${folder}/HEAD`]: GIT_FILES.HEAD,
    [`${folder}/config`]: GIT_FILES.config,
    [`${folder}/hooks/sample`]: "",
    [`${folder}/objects/info/alternates`]: "",
    [`${folder}/refs/heads/none`]: "",
  };
}

const docker = SECRET_FILES["docker"] ?? "";

const OUTSIDE = ["linked", "truncate", "remove", "rename", "mode", "hard-link"];

function plantedFiles(names: Names): Record<string, string> {
  const secrets = Object.values(SECRET_FILES).map(
    (file) => [file, `BEGIN ${secretOf(names, file)}\n`] as const,
  );
  return {
    ...gitFolder("project/.git"),
    ...gitFolder("project/.git/modules/lib"),
    "project/.git/config.worktree": "",
    "project/.envrc": "",
    "home/.bashrc": "",
    "home/.gitconfig": "",
    "home/.local/bin/other": "",
    "home/.config/systemd/user/other": "",
    "home/.config/app/settings": "mine\n",
    "home/.config/daemon/other": "",
    "home/.local/share/sandhook/sessions/other-one": "",
    "home/.local/share/sandhook/config-cache/other-one": "",
    "home/.local/share/sandhook/network/policy/other-one": "",
    "home/.local/share/sandhook/containers/docker/other/none": "",
    ...Object.fromEntries(OUTSIDE.map((name) => [`out/${name}`, "mine\n"])),
    "out/bait-file": secretOf(names, "bait:folder"),
    "out/descriptor": secretOf(names, "bait:descriptor"),
    ...Object.fromEntries(secrets),
    // The one file among them that is read on the way into a sandbox.
    [docker]: JSON.stringify({ auths: { "registry.invalid": { auth: secretOf(names, docker) } } }),
  };
}

const LINKS: Readonly<Record<string, string>> = {
  "project/to-file": "out/linked",
  "project/to-folder": "out",
  "project/to-nothing": "out/nothing",
  "project/to-secret": "home/.ssh/id_rsa",
};

function write(root: HostPath, file: string, text: string): void {
  const at = path.join(root, file);
  mkdirSync(path.dirname(at), { recursive: true, mode: 0o755 });
  writeFileSync(at, text);
}

/** Makes a world below `root`, which must not exist yet. */
export function makeWorld({ root, names, settings, source, node, files }: WorldOptions): World {
  const home = joinHost(root, "home");
  const { user, project, local } = settings;
  const settingsFiles = {
    "home/.claude/settings.json": user ?? {},
    ...(project === undefined ? {} : { "project/.claude/settings.json": project }),
    ...(local === undefined ? {} : { "project/.claude/settings.local.json": local }),
  };
  mkdirSync(root, { mode: 0o755 });
  for (const [file, text] of Object.entries({ ...plantedFiles(names), ...files })) write(root, file, text);
  for (const [file, value] of Object.entries(settingsFiles)) write(root, file, JSON.stringify(value));
  for (const [link, target] of Object.entries(LINKS))
    symlinkSync(path.join(root, target), path.join(root, link));
  const layout = layoutFor(home);
  ensureRuntime(layout, { source, node, chained: undefined, onStep: () => undefined });
  symlinkSync("versions", path.join(layout.root, "spare"));
  return { root, home, project: joinHost(root, "project"), state: layout.root, jobs: new Map() };
}

/** The path on the host of an attempt's path. */
export function placeIn({ root, jobs }: World, file: string): HostPath {
  return hostPath(
    path.join(
      root,
      file.replaceAll(/\{(\w+)\}/g, (_, name: string) => jobs.get(name) ?? "none"),
    ),
  );
}

/** What lies at a path, as one text to compare: kind, mode, and content, target or names. */
export function snapshot(file: string): string {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return "nothing";
  const mode = stats.mode.toString(8);
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(file)}`;
  if (stats.isDirectory()) return `${mode} ${readdirSync(file).sort().join()}`;
  return `${mode} ${stats.isFile() ? readFileSync(file, "latin1") : ""}`;
}
