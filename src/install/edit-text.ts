import { findNodeAtLocation } from "jsonc-parser";
import { InstallError } from "../core/errors.ts";
import { addMember, addToRoot } from "./member-edit.ts";
import { readChecked } from "./settings-shape.ts";
import { parseSettings } from "./settings-text.ts";
import { type Edited, spliced } from "./splice.ts";

/** Where a text stands in the settings: an object, and a key in it. */
export type TextPlace = readonly [object: string, key: string];

/** The option that names the engine. */
export const ENGINE_OPTION: TextPlace = ["sandhook", "engine"];

/**
 * Sets one text of an object of the settings, e.g. the engine of `sandhook`.
 * @throws InstallError `settings.unparsable`, `settings.shape`
 */
export function setText(edited: Edited, [object, key]: TextPlace, value: string, file: string): Edited {
  const settings = readChecked(edited.after, file);
  const block = settings.root && findNodeAtLocation(settings.root, [object]);
  if (block === undefined) {
    return spliced(edited, addToRoot(settings, { key: object, value: { [key]: value } }));
  }
  if (block.type !== "object") {
    throw new InstallError({
      code: "settings.shape",
      message: `${file}: "${object}" is not an object`,
      hint: `Make it an object, for example "${object}": { "${key}": "${value}" }, and run the command again.`,
    });
  }
  const old = findNodeAtLocation(block, [key]);
  if (old === undefined) return spliced(edited, addMember(settings, block, { key, value }));
  if (old.value === value) return edited;
  const removed = settings.text.slice(old.offset, old.offset + old.length);
  return spliced(edited, [{ offset: old.offset, removed, inserted: JSON.stringify(value) }]);
}

/** One text of the settings; undefined when it is not set. */
export function textAt(text: string, place: TextPlace, file: string): string | undefined {
  const { root } = parseSettings(text, file);
  const value: unknown = root && findNodeAtLocation(root, [...place])?.value;
  return typeof value === "string" ? value : undefined;
}
