import path from "node:path";
import { OWN_PREFIX, isOwnPrefix } from "../config/own-registration.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import { quote } from "../rewrite/quote.ts";

/** File names end at 255 bytes; a longer prefix goes on in a folder below. */
const PART_LENGTH = 200;

/**
 * The value that registers the gate. It is a path and nothing else: the client starts MCP servers with the value as the
 * program's name, so a value with arguments would start none of them. A prefix that the user had before is therefore a
 * part of the path, from which a removal restores it; `renderChain` is what lies there.
 */
export function gatePrefix(root: HostPath, chained: string | undefined): HostPath {
  if (chained === undefined) return joinHost(root, "current/libexec/shell-gate");
  const parts = encode(chained).match(new RegExp(`.{1,${String(PART_LENGTH)}}`, "g")) ?? [];
  return joinHost(root, path.join("entry", `chain=${parts.join("/")}`, "shell-gate"));
}

/** The user's own prefix: the value itself, or what a value of ours chains. */
export function foreignPrefix(value: string | undefined): string | undefined {
  if (value === undefined || !isOwnPrefix(value)) return value;
  const chained = OWN_PREFIX.exec(value)?.[1];
  return chained === undefined ? undefined : decode(chained.replaceAll("/", ""));
}

/**
 * The client cuts a value at the last " -", whatever is quoted: what follows are arguments. A home folder with that in
 * its name cannot be named in the variable.
 */
export function canBePrefix(root: HostPath): boolean {
  return !root.includes(" -");
}

/** The script at a path of `gatePrefix`: the gate, and the user's prefix split as the client splits it. */
export function renderChain(root: HostPath, chained: string): string {
  const at = chained.lastIndexOf(" -");
  const [program, words] = at > 0 ? [chained.slice(0, at), chained.slice(at + 1)] : [chained, ""];
  const gate = quote(gatePrefix(root, undefined));
  return [
    "#!/bin/sh",
    "# The user's own CLAUDE_CODE_SHELL_PREFIX, behind sandhook's shell gate.",
    chained === "" ? `exec ${gate} "$@"` : `exec ${gate} --chain ${quote(program)} ${quote(words)} "$@"`,
    "",
  ].join("\n");
}

/** Percent signs for all bytes but letters, digits, `_` and `-`: no dots that name folders, nothing a shell reads. */
function encode(text: string): string {
  return Buffer.from(text)
    .toString("latin1")
    .replace(/[^A-Za-z0-9_-]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function decode(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
