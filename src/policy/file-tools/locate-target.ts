import path from "node:path";
import type { Host } from "../../core/host.ts";
import { type HostPath, hostPath, joinHost, parentOf } from "../../core/paths.ts";

/** PATH_MAX and NAME_MAX of Linux and macOS, without the closing NUL. */
const LONGEST_PATH = 4095;
const LONGEST_NAME = 255;

/** Where a path that a tool was given can lead. */
export type Located =
  | {
      readonly kind: "found";
      /** Every place that reading or writing it may touch, symlinks resolved; more than one when the text has several readings. */
      readonly places: readonly HostPath[];
      /** A symlink on the way that leads nowhere yet: who writes through it decides what appears, and where. */
      readonly dangling: HostPath | undefined;
    }
  /** No file can have this path. */
  | { readonly kind: "impossible"; readonly reason: string };

/**
 * The readings of a written path. The client trims it and knows `~/`; other parts of it, and other releases, may not,
 * and volumes differ in how they compose characters. All of them must be allowed.
 */
function readings(written: string, home: HostPath, cwd: HostPath): readonly string[] {
  const spellings = [written, written.trim()].flatMap((text) => [text, text.normalize("NFC")]);
  const absolute = spellings.flatMap((text) => {
    if (text.startsWith("/")) return [text];
    const below = `${cwd}/${text}`;
    if (text === "~") return [home, below];
    return text.startsWith("~/") ? [`${home}${text.slice(1)}`, below] : [below];
  });
  const normal = absolute.map((text) => path.posix.normalize(text));
  return [...new Set([...absolute, ...normal])];
}

interface Walked {
  readonly places: readonly HostPath[];
  readonly dangling: HostPath | undefined;
}

/**
 * Follows a path as the kernel does, so that `..` behind a symlink leaves the link's target; what does not exist is taken
 * as written. Two places: where it ends, and the last name itself, which may be a symlink that is replaced.
 */
function walk(host: Host, absolute: string): Walked {
  let at = hostPath("/");
  let last = at;
  let dangling: HostPath | undefined;
  for (const part of absolute.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      at = parentOf(at);
      last = at;
      continue;
    }
    last = joinHost(at, part);
    const real = host.realPath(last);
    if (real === undefined && host.inspect(last)?.kind === "symlink") dangling ??= last;
    at = real ?? last;
  }
  return { places: [...new Set([at, last])], dangling };
}

/** Why no file can have this path; undefined when one can. */
function impossibility(written: string): string | undefined {
  if (written.includes("\0")) return "the path holds a NUL character";
  if (Buffer.byteLength(written) > LONGEST_PATH) return `the path is longer than ${LONGEST_PATH} bytes`;
  const long = written.split("/").some((name) => Buffer.byteLength(name) > LONGEST_NAME);
  return long ? `a name in the path is longer than ${LONGEST_NAME} bytes` : undefined;
}

/** Every place that a path means which the model wrote for a file tool. Pure but for the host it asks. */
export function locateTarget(host: Host, written: string, cwd: HostPath): Located {
  const texts = readings(written, host.home, cwd);
  const reason = [written, ...texts].map(impossibility).find((found) => found !== undefined);
  if (reason !== undefined) return { kind: "impossible", reason };
  const walks = texts.map((text) => walk(host, text));
  return {
    kind: "found",
    places: [...new Set(walks.flatMap(({ places }) => places))],
    dangling: walks.map(({ dangling }) => dangling).find((link) => link !== undefined),
  };
}

/** Ignored in names by HFS+, so that `.g\u200cit` is `.git` there. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * One spelling for all that some volume takes for the same name: case, composed characters, ignored ones. For denials
 * only; upper case first, since `ſ` and the Kelvin sign have no lower case of their own.
 */
export function foldPath(text: string): string {
  return text.normalize("NFD").replace(IGNORED, "").toUpperCase().toLowerCase().normalize("NFD");
}
