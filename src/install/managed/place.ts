import path from "node:path";
import { type HostPath, ORGANISATION_ROOT, hostPath, joinHost } from "../../core/paths.ts";
import type { InstallLayout } from "../layout.ts";

/** Where an installation for every user of a machine lives. */
export interface ManagedPlace {
  /** The folder that Claude Code reads the organisation's settings from. */
  readonly settingsFolder: HostPath;
  /** Our drop-in below it. */
  readonly dropIn: HostPath;
  /** The runtime. The name ends in `sandhook`, by which our commands are known. */
  readonly root: HostPath;
  /** A folder that stands in for `/` while a package or an image is built. */
  readonly staging: HostPath | undefined;
}

const SETTINGS_FOLDERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: "/Library/Application Support/ClaudeCode",
};

/** The places of a platform. */
export function managedPlace(platform: NodeJS.Platform, staging?: HostPath): ManagedPlace {
  const settingsFolder = hostPath(SETTINGS_FOLDERS[platform] ?? "/etc/claude-code");
  const dropIn = joinHost(settingsFolder, "managed-settings.d/50-sandhook.json");
  return { settingsFolder, dropIn, root: ORGANISATION_ROOT, staging };
}

/** Where a path of the place lies on this machine: below the staging folder when there is one. */
export function onDisk({ staging }: ManagedPlace, file: HostPath): HostPath {
  return staging === undefined ? file : hostPath(path.join(staging, file));
}

/** The layout of the runtime: everybody may read it, and nothing of a user's state is in it. */
export function managedLayout(place: ManagedPlace): InstallLayout {
  const root = onDisk(place, place.root);
  return {
    home: undefined,
    root,
    named: place.root,
    folderMode: 0o755,
    versions: joinHost(root, "versions"),
    current: joinHost(root, "current"),
    node: joinHost(root, "node"),
    launcher: joinHost(root, "bin/sandhook"),
    shim: joinHost(root, "shim/claude"),
    launches: joinHost(root, "launches"),
    entry: joinHost(root, "entry"),
    records: joinHost(root, "installs"),
    lock: joinHost(root, "install.lock"),
    codeCache: joinHost(root, "code-cache"),
    state: [],
    jobs: joinHost(root, "jobs"),
  };
}
