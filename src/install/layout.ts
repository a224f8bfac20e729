import { type HostPath, joinHost } from "../core/paths.ts";

/** Where an installation lives. Below HOME and not below XDG_DATA_HOME: a repository's settings can set the latter. */
export interface InstallLayout {
  /** Whose installation it is; undefined for one that every user of the machine shares. */
  readonly home: HostPath | undefined;
  readonly root: HostPath;
  /** How scripts and settings name the root: another path only while a package is being built. */
  readonly named: HostPath;
  readonly folderMode: 0o700 | 0o755;
  /** One folder per installed version: `<version>-<digest>`. */
  readonly versions: HostPath;
  /** Symlink to the version in use; swapped in one step. */
  readonly current: HostPath;
  /** Symlink to the Node that runs the hook. */
  readonly node: HostPath;
  /** The command for people. */
  readonly launcher: HostPath;
  /** The `claude` in front of the real one, for who wants it; see shim/. */
  readonly shim: HostPath;
  /** One session's options each; made by the launcher. */
  readonly launches: HostPath;
  /** What registered commands start with; see handler.ts. */
  readonly entry: HostPath;
  /** What was changed in which settings file, so that it can be undone byte for byte. */
  readonly records: HostPath;
  readonly lock: HostPath;
  /** What V8 compiled of the current version; made by the hook, and only ever an accelerator. */
  readonly codeCache: HostPath;
  /** Folders of the running product; made here so that they are private from the start. */
  readonly state: readonly HostPath[];
  readonly jobs: HostPath;
}

/** The layout below a home folder. Pure. */
export function layoutFor(home: HostPath): InstallLayout {
  const root = joinHost(home, ".local/share/sandhook");
  const jobs = joinHost(root, "jobs");
  return {
    home,
    root,
    named: root,
    folderMode: 0o700,
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
    state: [jobs, joinHost(root, "containers"), joinHost(root, "audit")],
    jobs,
  };
}
