import { type Node, findNodeAtLocation } from "jsonc-parser";
import { GATE_VARIABLE, isOwnPrefix } from "../config/own-registration.ts";
import type { HostPath } from "../core/paths.ts";
import { type TextPlace, setText, textAt } from "./edit-text.ts";
import { foreignPrefix, gatePrefix } from "./gate-prefix.ts";
import { removeMember } from "./member-edit.ts";
import { type SettingsText, holdsComment } from "./settings-text.ts";
import type { Edited, Splice } from "./splice.ts";

const PLACE: TextPlace = ["env", GATE_VARIABLE];

/** The user's own prefix in a settings text; undefined when there is none. */
export function chainedPrefix(text: string, file: string): string | undefined {
  return foreignPrefix(textAt(text, PLACE, file));
}

/** True when a text registers the gate of this installation, with the user's own prefix behind it. */
export function holdsGate(text: string, root: HostPath, file: string): boolean {
  const value = textAt(text, PLACE, file);
  return value !== undefined && value === gatePrefix(root, foreignPrefix(value));
}

/**
 * Registers the gate; the user's own prefix is chained.
 * @throws InstallError `settings.unparsable`, `settings.shape`
 */
export function setGate(edited: Edited, root: HostPath, file: string): Edited {
  return setText(edited, PLACE, gatePrefix(root, chainedPrefix(edited.after, file)), file);
}

/** The splices that take the gate out and put the user's own prefix back; undefined when there is no gate. */
export function gateRemoval(settings: SettingsText): readonly Splice[] | undefined {
  const { root, text } = settings;
  const value = root && findNodeAtLocation(root, [...PLACE]);
  const env = value?.parent?.parent;
  if (value === undefined || env === undefined || !isOwnValue(value)) return undefined;
  const chained = foreignPrefix(String(value.value));
  if (chained !== undefined) {
    const removed = text.slice(value.offset, value.offset + value.length);
    return [{ offset: value.offset, removed, inserted: JSON.stringify(chained) }];
  }
  return removeVariable(settings, env, value);
}

function isOwnValue({ value }: Node): boolean {
  return typeof value === "string" && isOwnPrefix(value);
}

/** `env` goes too when it holds nothing else, nor a comment of somebody. */
function removeVariable(settings: SettingsText, env: Node, value: Node): readonly Splice[] {
  const { root, text } = settings;
  const [property, variable] = [env.parent, value.parent];
  const only = root !== undefined && property !== undefined && env.children?.length === 1;
  if (only && variable !== undefined && !holdsCommentAround(text, property, variable)) {
    return removeMember(settings, root, root.children?.indexOf(property) ?? 0);
  }
  return removeMember(settings, env, env.children?.findIndex((member) => member === variable) ?? 0);
}

function holdsCommentAround(text: string, outer: Node, inner: Node): boolean {
  return (
    holdsComment(text, outer.offset, inner.offset) ||
    holdsComment(text, inner.offset + inner.length, outer.offset + outer.length)
  );
}
