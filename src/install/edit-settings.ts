import { findNodeAtLocation } from "jsonc-parser";
import { isDeepStrictEqual } from "node:util";
import { InstallError } from "../core/errors.ts";
import type { HookGroup } from "./handler.ts";
import { addMember } from "./member-edit.ts";
import { type SettingsText, lineBreakOf, parseSettings } from "./settings-text.ts";
import { foreignContent } from "./foreign-content.ts";
import { type FoundGroup, ownGroups, ownRemoval } from "./own-groups.ts";
import { checkShape } from "./settings-shape.ts";
import { type Edited, spliced, unchanged } from "./splice.ts";

/** What one event of a settings file shall hold of ours. */
export interface WantedGroup {
  readonly event: string;
  readonly group: HookGroup;
}

/**
 * Adds our hooks to a settings text, replacing those of an older version. Everything else keeps its bytes: foreign
 * hooks, key order, indentation, comments, line breaks. A text that holds exactly the wanted groups is not changed.
 * `file` is named in errors only.
 * @throws InstallError `settings.unparsable`, `settings.shape`, `settings.edit`
 */
export function addHooks(text: string, wanted: readonly WantedGroup[], file: string): Edited {
  const settings = readChecked(text, file);
  if (isDeepStrictEqual(ownGroups(settings.root), wanted.map(asPlainData))) return unchanged(text);
  let edited = dropHooks(text, file);
  for (const { event, group } of wanted) edited = addGroup(edited, { event, group }, file);
  return verified(edited, file);
}

/**
 * Takes every hook of ours out of a settings text, and the lists and objects that held nothing else.
 * @throws InstallError `settings.unparsable`, `settings.shape`, `settings.edit`
 */
export function dropHooks(text: string, file: string): Edited {
  let edited = unchanged(text);
  for (;;) {
    const splices = ownRemoval(readChecked(edited.after, file));
    if (splices === undefined) return verified(edited, file);
    edited = spliced(edited, splices);
  }
}

/**
 * Sets one string of the object `sandhook`, e.g. its `engine`.
 * @throws InstallError `settings.unparsable`, `settings.shape`, `settings.edit`
 */
export function setOption(edited: Edited, [key, value]: readonly [string, string], file: string): Edited {
  const settings = readChecked(edited.after, file);
  const block = settings.root && findNodeAtLocation(settings.root, ["sandhook"]);
  if (block !== undefined && block.type !== "object") {
    throw new InstallError({
      code: "settings.shape",
      message: `${file}: "sandhook" is not an object`,
      hint: `Make it an object, for example "sandhook": { "${key}": "${value}" }, and run the command again.`,
    });
  }
  const old = block && findNodeAtLocation(block, [key]);
  if (old?.value === value) return edited;
  const text = settings.text;
  if (old !== undefined) {
    const removed = text.slice(old.offset, old.offset + old.length);
    return spliced(edited, [{ offset: old.offset, removed, inserted: JSON.stringify(value) }]);
  }
  if (block !== undefined) return spliced(edited, addMember(settings, block, { key, value }));
  return addToRoot(edited, settings, { key: "sandhook", value: { [key]: value } });
}

/** A string of the object `sandhook`; undefined when it is not set. */
export function optionOf(text: string, key: string, file: string): string | undefined {
  const { root } = parseSettings(text, file);
  const value: unknown = root && findNodeAtLocation(root, ["sandhook", key])?.value;
  return typeof value === "string" ? value : undefined;
}

/** True when a text holds a hook of ours. */
export function holdsHooks(text: string, file: string): boolean {
  return ownGroups(readChecked(text, file).root).length > 0;
}

function readChecked(text: string, file: string): SettingsText {
  const settings = parseSettings(text, file);
  checkShape(settings, file);
  return settings;
}

function asPlainData({ event, group }: WantedGroup): FoundGroup {
  return { event, value: JSON.parse(JSON.stringify(group)) };
}

function addGroup(edited: Edited, { event, group }: WantedGroup, file: string): Edited {
  const settings = readChecked(edited.after, file);
  const { root } = settings;
  const hooks = root && findNodeAtLocation(root, ["hooks"]);
  if (hooks === undefined) return addToRoot(edited, settings, { key: "hooks", value: { [event]: [group] } });
  const list = findNodeAtLocation(hooks, [event]);
  const splices =
    list === undefined
      ? addMember(settings, hooks, { key: event, value: [group] })
      : addMember(settings, list, { value: group });
  return spliced(edited, splices);
}

/** Adds a property to the settings, or writes the first object into a text that has none. */
function addToRoot(
  edited: Edited,
  settings: SettingsText,
  member: { readonly key: string; readonly value: unknown },
): Edited {
  const { text, root } = settings;
  if (root !== undefined) return spliced(edited, addMember(settings, root, member));
  const eol = lineBreakOf(text);
  const json = JSON.stringify({ [member.key]: member.value }, undefined, 2).replaceAll("\n", eol);
  const start = text === "" || text.endsWith("\n") ? "" : eol;
  return spliced(edited, [{ offset: text.length, removed: "", inserted: start + json + eol }]);
}

/** Last line of defence: whatever is not ours must mean the same before and after. */
function verified(edited: Edited, file: string): Edited {
  const before = foreignContent(parseSettings(edited.before, file).root);
  const after = foreignContent(parseSettings(edited.after, file).root);
  if (isDeepStrictEqual(before, after)) return edited;
  throw new InstallError({
    code: "settings.edit",
    message: `${file} could not be edited without changing what is not ours; it was left as it is`,
    hint: "Format the file (one member per line) and run the command again.",
  });
}
