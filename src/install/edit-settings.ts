import { findNodeAtLocation } from "jsonc-parser";
import { isDeepStrictEqual } from "node:util";
import { InstallError } from "../core/errors.ts";
import type { HookGroup } from "./handler.ts";
import { addMember, addToRoot } from "./member-edit.ts";
import { parseSettings } from "./settings-text.ts";
import { foreignContent } from "./foreign-content.ts";
import { gateRemoval } from "./edit-gate.ts";
import { type FoundGroup, ownGroups, ownRemoval } from "./own-groups.ts";
import { readChecked } from "./settings-shape.ts";
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
 * Takes every hook of ours and the gate out of a settings text, and the lists and objects that held nothing else. A
 * prefix that the gate chains is the prefix again.
 * @throws InstallError `settings.unparsable`, `settings.shape`, `settings.edit`
 */
export function dropHooks(text: string, file: string): Edited {
  let edited = unchanged(text);
  for (;;) {
    const settings = readChecked(edited.after, file);
    const splices = ownRemoval(settings) ?? gateRemoval(settings);
    if (splices === undefined) return verified(edited, file);
    edited = spliced(edited, splices);
  }
}

/** True when a text holds a hook of ours, or the gate. */
export function holdsHooks(text: string, file: string): boolean {
  const settings = readChecked(text, file);
  return ownGroups(settings.root).length > 0 || gateRemoval(settings) !== undefined;
}

function asPlainData({ event, group }: WantedGroup): FoundGroup {
  return { event, value: JSON.parse(JSON.stringify(group)) };
}

function addGroup(edited: Edited, { event, group }: WantedGroup, file: string): Edited {
  const settings = readChecked(edited.after, file);
  const { root } = settings;
  const hooks = root && findNodeAtLocation(root, ["hooks"]);
  if (hooks === undefined)
    return spliced(edited, addToRoot(settings, { key: "hooks", value: { [event]: [group] } }));
  const list = findNodeAtLocation(hooks, [event]);
  const splices =
    list === undefined
      ? addMember(settings, hooks, { key: event, value: [group] })
      : addMember(settings, list, { value: group });
  return spliced(edited, splices);
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
