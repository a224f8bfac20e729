import { type Node, getNodeValue } from "jsonc-parser";
import { foreignPrefix } from "./gate-prefix.ts";
import { GATE_VARIABLE, isOwnHandler } from "../config/own-registration.ts";

type Entry = readonly [string, unknown];

/**
 * What a settings tree says without our hooks, as ordered pairs, for comparing two texts. Groups, lists, `hooks`
 * and `env` that hold nothing else are left out, so that a text with an empty list equals one without. The options of
 * `sandhook` are ours as well.
 */
export function foreignContent(root: Node | undefined): readonly Entry[] {
  return entriesOf(root).flatMap(([key, node]): Entry[] => {
    if (key === "sandhook") return [];
    if (key === "env" && node.type === "object") return foreignVariables(node);
    if (key !== "hooks") return [[key, canonical(node)]];
    const events = foreignEvents(node);
    return events.length === 0 ? [] : [[key, events]];
  });
}

/** The gate counts as the prefix that it chains. */
function foreignVariables(env: Node): Entry[] {
  const variables = entriesOf(env).flatMap(([key, node]): Entry[] => {
    if (key !== GATE_VARIABLE || typeof node.value !== "string") return [[key, canonical(node)]];
    const own = foreignPrefix(node.value);
    return own === undefined ? [] : [[key, own]];
  });
  return variables.length === 0 ? [] : [["env", variables]];
}

function foreignEvents(hooks: Node): readonly Entry[] {
  return entriesOf(hooks).flatMap(([event, list]): Entry[] => {
    const groups = (list.children ?? []).flatMap(foreignGroup);
    return groups.length === 0 && list.type === "array" ? [] : [[event, groups]];
  });
}

function foreignGroup(group: Node): readonly unknown[] {
  const entries = entriesOf(group);
  const handlers = entries.find(([key]) => key === "hooks")?.[1].children ?? [];
  const own = handlers.filter((handler) => isOwnHandler(getNodeValue(handler)));
  if (own.length === 0) return [canonical(group)];
  if (own.length === handlers.length) return [];
  const foreign = handlers.filter((handler) => !own.includes(handler)).map(canonical);
  return [entries.map(([key, node]): Entry => [key, key === "hooks" ? foreign : canonical(node)])];
}

function entriesOf(object: Node | undefined): readonly (readonly [string, Node])[] {
  return (object?.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [[String(key.value), value] as const],
  );
}

/** Order of keys and repeated keys count: both are bytes of somebody else. */
function canonical(node: Node): unknown {
  if (node.type === "object") return entriesOf(node).map(([key, value]): Entry => [key, canonical(value)]);
  if (node.type === "array") return (node.children ?? []).map(canonical);
  return node.value;
}
