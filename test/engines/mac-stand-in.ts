import {
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Ground } from "./ground.ts";

const FAKE = path.resolve(import.meta.dirname, "../support/fake-sandbox-exec/sandbox-exec");

/** What macOS does not have. */
export const NOT_ON_MAC = { flock: undefined, setsid: undefined } as const;

export interface StandIn {
  /** The program that is /bin/sh there. */
  readonly shell: string;
  /** What differs in /usr/bin, as for `macView`; undefined: the machine as it is, with /proc. */
  readonly programs: Readonly<Record<string, string | undefined>> | undefined;
}

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replaceAll(from, to));
}

/** The files of a folder that hold a text; there is at least one. */
function programsWith(folder: string, text: string): readonly string[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => path.join(folder, name));
  const found = files.filter((file) => readFileSync(file, "utf8").includes(text));
  if (found.length === 0) throw new Error(`no file of ${folder} has ${text}`);
  return found;
}

/**
 * A view of the machine without /proc and without some programs, for the shell of a call and everything below it.
 * Undefined: the program is not there. A text: a script that is there instead.
 */
export function macView(ground: Ground, programs: Readonly<Record<string, string | undefined>>): string[] {
  const real = path.join(ground.root, "real-bin");
  const farm = path.join(ground.root, "bin");
  for (const folder of [real, farm]) mkdirSync(folder);
  for (const name of readdirSync("/usr/bin")) {
    if (!Object.hasOwn(programs, name)) symlinkSync(path.join(real, name), path.join(farm, name));
  }
  for (const [name, script] of Object.entries(programs))
    if (script !== undefined) writeFileSync(path.join(farm, name), script, { mode: 0o755 });
  const binds = ["--ro-bind", "/usr/bin", real, "--ro-bind", farm, "/usr/bin"];
  return ["bwrap", "--dev-bind", "/", "/", "--tmpfs", "/proc", ...binds, "--"];
}

/**
 * Makes an installation believe that it is on a Mac: its Node says so, its shell is another one, and its sandbox-exec is
 * a program that starts the command and confines nothing. The product has no switch for this; its installed copy is
 * changed.
 */
export function standInForMac(ground: Ground, { shell, programs }: StandIn): Ground {
  const state = path.join(ground.home, ".local/share/sandhook");
  const libexec = path.join(state, "current/libexec");
  const shells = path.join(ground.root, "shells");
  mkdirSync(shells);
  symlinkSync(shell, path.join(shells, "sh"));
  const sandboxExec = path.join(ground.root, "sandbox-exec");
  copyFileSync(FAKE, sandboxExec);
  const bundles = programsWith(libexec, "/usr/bin/sandbox-exec");
  for (const file of bundles) replaceIn(file, "/usr/bin/sandbox-exec", sandboxExec);
  for (const name of ["hook", "shell-gate", "sandhook-run"])
    replaceIn(path.join(libexec, name), "#!/bin/sh\n", `#!${path.join(shells, "sh")}\n`);
  const preload = path.join(ground.root, "as-mac.cjs");
  writeFileSync(preload, 'Object.defineProperty(process, "platform", { value: "darwin" });\n');
  const node = path.join(state, "node");
  rmSync(node);
  writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' --require '${preload}' "$@"\n`, { mode: 0o755 });
  chownSync(sandboxExec, ground.account.uid, ground.account.gid);
  return programs === undefined ? ground : { ...ground, before: macView(ground, programs) };
}
