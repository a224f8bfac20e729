import { EngineError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { hostPath, isInside } from "../core/paths.ts";

/** One line of the kernel's table of mounts, fields as it writes them (proc(5): spaces and the like as `\040`). */
interface MountEntry {
  readonly id: string;
  /** The mount that this one lies on. */
  readonly parent: string;
  /** `major:minor`. */
  readonly device: string;
  /** What of that file system is mounted. */
  readonly root: string;
  readonly point: string;
}

/** A path as the kernel's table writes it. */
export function escapeField(path: string): string {
  return path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function parseTable(text: string): MountEntry[] {
  return text.split("\n").flatMap((line) => {
    const [id = "", parent = "", device = "", root = "", point = ""] = line.split(" ", 5);
    return point === "" ? [] : [{ id, parent, device, root, point }];
  });
}

/**
 * The mount that a path lies in, as the kernel finds it: from the root, through the first mount on the way at each step. The
 * order of the table says nothing about it, and a mount may cover deeper ones.
 */
function mountAround(table: readonly MountEntry[], written: string): MountEntry | undefined {
  const ids = new Set(table.map(({ id }) => id));
  let next = table.find(({ parent, point }) => point === "/" && !ids.has(parent));
  let around = next;
  while (next !== undefined) {
    around = next;
    const { id } = next;
    const onTheWay = table.filter((entry) => entry.parent === id && isInside(written, entry.point));
    next = onTheWay.reduce<MountEntry | undefined>(
      (first, entry) => (first === undefined || entry.point.length <= first.point.length ? entry : first),
      undefined,
    );
  }
  return around;
}

/** Joins two paths as the table writes them, of which the second is empty or begins with a slash. */
function append(root: string, rest: string): string {
  if (rest === "") return root;
  return root === "/" ? rest : `${root}${rest}`;
}

/** Gives the place of a path of this machine: `<device> <path from the top of its file system>`. */
export type Placing = (path: string) => string;

/**
 * Reads where this machine's paths lie, by name alone: no link is followed, so that what a path led to when it was mounted
 * can be compared with what it was planned to be.
 * @throws EngineError `mounts.unknown` where the kernel shows no table
 */
export function readPlacing(host: Pick<Host, "readText">): Placing {
  const text = host.readText(hostPath("/proc/self/mountinfo"));
  if (text === undefined || text === "") {
    throw new EngineError({
      code: "mounts.unknown",
      message: "/proc/self/mountinfo cannot be read, without which nobody can tell what a sandbox mounts",
      hint: "Mount /proc: sudo mount -t proc proc /proc",
    });
  }
  const table = parseTable(text);
  return (path) => {
    const written = escapeField(path);
    const around = mountAround(table, written);
    if (around === undefined) return `? ${written}`;
    const rest = around.point === "/" ? written : written.slice(around.point.length);
    return `${around.device} ${append(around.root, rest === "/" ? "" : rest)}`;
  };
}
