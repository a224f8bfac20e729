import type { HostPath } from "../../core/paths.ts";
import { hostPath, isInside } from "../../core/paths.ts";

/** Names that are symlinks into /private on every Mac. */
const PRIVATE_LINKS = ["/tmp", "/var", "/etc"] as const;

/**
 * Both names of a path below /tmp, /var or /etc: the link and the place in /private. The kernel resolves links before
 * it asks the sandbox, so the second is the one that matters; the first costs nothing and holds if a check is made on
 * the path as written.
 */
export function privateSpellings(path: HostPath): readonly HostPath[] {
  const link = PRIVATE_LINKS.find((name) => isInside(path, name));
  if (link !== undefined) return [path, hostPath(`/private${path}`)];
  const target = PRIVATE_LINKS.find((name) => isInside(path, `/private${name}`));
  if (target !== undefined) return [path, hostPath(path.slice("/private".length))];
  return [path];
}

/** Where the data volume is mounted; firmlinks show its folders in the root as well. */
export const DATA_VOLUME = "/System/Volumes/Data";

/**
 * Other letters that APFS takes for the same one when it ignores case: the other case, and characters that full case
 * folding maps to it. The long s and the Kelvin sign are the two that reach plain letters.
 */
const FOLDED: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

/** Ligatures that case folding takes apart. Longer ones first. */
const LIGATURES: readonly (readonly [string, string])[] = [
  ["ffi", "\ufb03"],
  ["ffl", "\ufb04"],
  ["ff", "\ufb00"],
  ["fi", "\ufb01"],
  ["fl", "\ufb02"],
  ["st", "\ufb05|\ufb06"],
  ["ss", "\u00df|\u1e9e"],
];

function quoteForRegex(character: string): string {
  return /[\\^$.|?*+()[\]{}]/.test(character) ? `\\${character}` : character;
}

function foldCharacter(character: string): string {
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  if (lower === upper) return quoteForRegex(character);
  const extra = FOLDED[lower];
  return `(${[lower, upper, ...(extra === undefined ? [] : [extra])].join("|")})`;
}

/** A regex for a relative path in any case that a case-insensitive APFS volume takes for the same name. */
function foldPath(relative: string): string {
  const lower = relative.toLowerCase();
  let regex = "";
  for (let at = 0; at < relative.length;) {
    const rest = lower.slice(at);
    const ligature = LIGATURES.find(([letters]) => rest.startsWith(letters));
    const [character = ""] = relative.slice(at);
    if (ligature === undefined) {
      regex += foldCharacter(character);
      at += character.length;
    } else {
      const [letters, joined] = ligature;
      regex += `(${Array.from(letters).map(foldCharacter).join("")}|${joined})`;
      at += letters.length;
    }
  }
  return regex;
}

/**
 * The regex of a path that does not exist yet, and of everything below it: what lies above (`base`, which exists and
 * whose spelling the kernel reports as it is on the disk) exactly, the rest in any case. Alternatives instead of
 * character classes, because the kernel compares bytes and some letters take more than one.
 */
export function caseFoldingRegex(base: HostPath, path: HostPath, below: "below" | "itself"): string {
  const exact = Array.from(base).map(quoteForRegex).join("");
  const tail = below === "below" ? "(/|$)" : "$";
  return `^(${DATA_VOLUME})?${exact}${foldPath(path.slice(base.length))}${tail}`;
}
