import { type Node, findNodeAtLocation, getNodeValue } from "jsonc-parser";
import { removeMember } from "./member-edit.ts";
import { isOwnHandler } from "../config/own-registration.ts";
import { type SettingsText, holdsComment } from "./settings-text.ts";
import type { Splice } from "./splice.ts";

/** A group of a settings file that holds a hook of ours, as plain data. */
export interface FoundGroup {
  readonly event: string;
  readonly value: unknown;
}

/** The groups that hold a hook of ours, in the order of the file. */
export function ownGroups(root: Node | undefined): readonly FoundGroup[] {
  const hooks = root && findNodeAtLocation(root, ["hooks"]);
  return (hooks?.children ?? []).flatMap((property) => {
    const [key, list] = property.children ?? [];
    const groups = (list?.children ?? []).filter((group) => ownIndex(group) !== undefined);
    return groups.map((group) => ({ event: String(key?.value), value: plainValue(group) }));
  });
}

/** jsonc-parser's objects have no prototype; JSON's round trip gives ordinary ones that can be compared. */
function plainValue(node: Node): unknown {
  return JSON.parse(JSON.stringify(getNodeValue(node)));
}

/** Index of the first handler of ours in a group. */
function ownIndex(group: Node): number | undefined {
  const handlers = group.type === "object" ? findNodeAtLocation(group, ["hooks"]) : undefined;
  const index = (handlers?.children ?? []).findIndex((handler) => isOwnHandler(plainValue(handler)));
  return index === -1 ? undefined : index;
}

/** The splices that remove one handler of ours, or the largest container that holds nothing else. */
export function ownRemoval(settings: SettingsText): readonly Splice[] | undefined {
  const { root } = settings;
  const hooks = root && findNodeAtLocation(root, ["hooks"]);
  if (root === undefined || hooks === undefined) return undefined;
  for (const [eventAt, property] of (hooks.children ?? []).entries()) {
    const list = property.children?.[1];
    for (const [groupAt, group] of (list?.children ?? []).entries()) {
      const handlerAt = ownIndex(group);
      const handlers = findNodeAtLocation(group, ["hooks"]);
      if (handlerAt === undefined || handlers === undefined || list === undefined) continue;
      const chain: readonly (readonly [Node, number])[] = [
        [root, (root.children ?? []).findIndex((member) => member.children?.[1] === hooks)],
        [hooks, eventAt],
        [list, groupAt],
        [handlers, handlerAt],
      ];
      return removeLargest(settings, chain);
    }
  }
  return undefined;
}

/**
 * `chain` goes from the root to the handler; a link is removed whole when every link inside it is an only child and no
 * comment of somebody else would go with it.
 */
function removeLargest(
  settings: SettingsText,
  chain: readonly (readonly [Node, number])[],
): readonly Splice[] {
  let at = chain.length - 1;
  while (at > 0 && holdsNothingElse(settings.text, chain[at - 1], chain[at])) at -= 1;
  const [container, index] = chain[at] ?? [];
  return container === undefined || index === undefined ? [] : removeMember(settings, container, index);
}

type Link = readonly [Node, number] | undefined;

function holdsNothingElse(text: string, outer: Link, inner: Link): boolean {
  const member = outer?.[0].children?.[outer[1]];
  const only = inner?.[0].children?.[inner[1]];
  if (member === undefined || only === undefined || inner?.[0].children?.length !== 1) return false;
  const [from, to] = [only.offset, only.offset + only.length];
  return !holdsComment(text, member.offset, from) && !holdsComment(text, to, member.offset + member.length);
}
