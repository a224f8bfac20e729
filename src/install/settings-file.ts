import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync, realpathSync, rmSync, rmdirSync, statSync } from "node:fs";
import path from "node:path";
import { InstallError } from "../core/errors.ts";
import { isInside } from "../core/paths.ts";
import { type FileAttributes, ensureFolder, sweepTemporaries, writeAtomically } from "./atomic-write.ts";
import { isAbsent, onMachine } from "./machine-errors.ts";

/** A settings file as it was read. `text` has no byte order mark; undefined when there is no file. */
export interface SettingsFile {
  /** As the client names it. */
  readonly path: string;
  /** What gets written: the end of the chain when `path` is a symlink. */
  readonly target: string;
  readonly text: string | undefined;
  readonly mark: "" | "\uFEFF";
  readonly attributes: FileAttributes;
  /** Of the bytes; undefined when there is no file. */
  readonly digest: string | undefined;
}

/** A project's file is shared, a user's may hold tokens. */
const NEW_FILE_MODE = { project: 0o644, user: 0o600 } as const;

/** SHA-256 in hex of the bytes a text is stored as. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/**
 * Reads a settings file. `within` is the project whose file it is: a symlink that leads out of it is refused, since the
 * repository would choose which of the user's files is written.
 * @throws InstallError `settings.not-utf8`, `settings.outside-project`, `settings.read-only`, `machine.*`
 */
export function readSettingsFile(file: string, within?: string): SettingsFile {
  return onMachine(file, () => {
    const target = followLinks(file);
    if (within !== undefined && !isInside(target, realpathSync(within))) {
      throw new InstallError({
        code: "settings.outside-project",
        message: `${file} leads to ${target}, outside of the project`,
        hint: "Replace the link with a file of the project.",
      });
    }
    const bytes = readIfPresent(target);
    const fresh = within === undefined ? NEW_FILE_MODE.user : NEW_FILE_MODE.project;
    if (bytes === undefined)
      return {
        path: file,
        target,
        text: undefined,
        mark: "",
        attributes: { mode: fresh },
        digest: undefined,
      };
    const content = decode(bytes, file);
    const mark = content.startsWith("\uFEFF") ? "\uFEFF" : "";
    const { mode, uid, gid } = statSync(target);
    const digest = createHash("sha256").update(bytes).digest("hex");
    return {
      path: file,
      target,
      text: content.slice(mark.length),
      mark,
      attributes: { mode, uid, gid },
      digest,
    };
  });
}

/**
 * Writes a new text, or removes the file when the text is undefined. Gives false, having changed nothing, when the file
 * is no longer what was read. `folders` are the ones made for it before, removed with it when empty.
 * @throws InstallError `settings.read-only`, `machine.*`
 */
export function writeSettingsFile(file: SettingsFile, text: string | undefined, folder?: string): boolean {
  refuseReadOnly(file);
  const unchanged = (): boolean => readSettingsFile(file.target).digest === file.digest;
  if (text !== undefined) {
    ensureFolder(path.dirname(file.target));
    sweepTemporaries(file.target);
    const options = { ...file.attributes, stillWanted: unchanged };
    return writeAtomically(file.target, file.mark + text, options);
  }
  if (!unchanged()) return false;
  onMachine(file.target, () => {
    rmSync(file.target);
  });
  if (folder !== undefined) removeEmptyFolders(path.dirname(file.target), folder);
  return true;
}

/** Root can write anything, so the permission bits are asked: who made a file read-only meant it. */
function refuseReadOnly({ path: name, attributes, digest }: SettingsFile): void {
  if (digest === undefined || (attributes.mode & 0o222) !== 0) return;
  throw new InstallError({
    code: "settings.read-only",
    message: `${name} is read-only`,
    hint: `Allow writing (chmod u+w ${name}) or use another scope, and run the command again.`,
  });
}

function followLinks(file: string): string {
  let at = path.resolve(file);
  for (let hop = 0; hop < 40; hop += 1) {
    const real = realPathOfParent(at);
    const stats = lstatIfPresent(real);
    if (stats?.isSymbolicLink() !== true) return real;
    at = path.resolve(path.dirname(real), readlinkSync(real));
  }
  throw Object.assign(new Error("too many links"), { code: "ELOOP" });
}

/** The parent may be missing; then nothing is there to be followed. */
function realPathOfParent(file: string): string {
  try {
    return path.join(realpathSync(path.dirname(file)), path.basename(file));
  } catch (error) {
    if (isAbsent(error)) return path.join(realPathOfParent(path.dirname(file)), path.basename(file));
    throw error;
  }
}

function lstatIfPresent(file: string): ReturnType<typeof lstatSync> | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}

function readIfPresent(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new InstallError({
      code: "settings.not-utf8",
      message: `${file} is not UTF-8 text`,
      hint: "Save it as UTF-8 and run the command again; the file was not changed.",
      cause,
    });
  }
}

/** Removes a folder and its parents up to `outermost`, as long as they are empty. */
function removeEmptyFolders(innermost: string, outermost: string): void {
  for (let at = innermost; isInside(at, outermost); at = path.dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return; // Somebody keeps something there.
    }
  }
}
