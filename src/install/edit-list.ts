import { type Node, findNodeAtLocation, getNodeValue } from "jsonc-parser";
import { isDeepStrictEqual } from "node:util";
import { InstallError } from "../core/errors.ts";
import { addMember, addToRoot } from "./member-edit.ts";
import { readChecked } from "./settings-shape.ts";
import { type Edited, spliced } from "./splice.ts";

/** Where a list stands in the settings, from the outermost key, e.g. `sandhook`, `filesystem`, `allowWrite`. */
export type ListPlace = readonly [string, ...string[]];

function nested(keys: readonly string[], value: unknown): unknown {
  return [...keys].reverse().reduce((inner: unknown, key) => ({ [key]: inner }), [value]);
}

function refuseShape(place: readonly string[], expected: string, file: string): never {
  throw new InstallError({
    code: "settings.shape",
    message: `${file}: "${place.join(".")}" is not ${expected}`,
    hint: `Make it ${expected}, and run the command again; the file was not changed.`,
  });
}

/**
 * Adds a value to a list of the settings, and makes the objects around it that are missing. A list that holds it
 * already is not changed. A text in the place of an object, such as `"network": "none"`, gives way to the object.
 * @throws InstallError `settings.unparsable`, `settings.shape`
 */
export function addToList(edited: Edited, place: ListPlace, value: string, file: string): Edited {
  const settings = readChecked(edited.after, file);
  const { root } = settings;
  const depths = place.map((_, index) => place.length - index);
  for (const depth of depths) {
    const node = root && findNodeAtLocation(root, place.slice(0, depth));
    if (node === undefined) continue;
    if (depth === place.length) {
      if (node.type !== "array") refuseShape(place, "a list", file);
      const known = (node.children ?? []).some((child: Node) =>
        isDeepStrictEqual(getNodeValue(child), value),
      );
      return known ? edited : spliced(edited, addMember(settings, node, { value }));
    }
    const rest = place.slice(depth + 1);
    const member = { key: place[depth] ?? "", value: nested(rest, value) };
    if (node.type === "object") return spliced(edited, addMember(settings, node, member));
    if (node.type !== "string") refuseShape(place.slice(0, depth), "an object", file);
    const removed = settings.text.slice(node.offset, node.offset + node.length);
    const inserted = JSON.stringify({ [member.key]: member.value });
    return spliced(edited, [{ offset: node.offset, removed, inserted }]);
  }
  return spliced(edited, addToRoot(settings, { key: place[0], value: nested(place.slice(1), value) }));
}
