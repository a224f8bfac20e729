import { type Node, findNodeAtLocation } from "jsonc-parser";
import { InstallError } from "../core/errors.ts";
import { GATE_VARIABLE } from "../config/own-registration.ts";
import { type SettingsText, firstExtension, parseSettings, placeOf } from "./settings-text.ts";

/** Events whose malformed entry makes the client drop the whole settings file, by its own documentation. */
const STRICT_EVENTS: readonly string[] = ["PreToolUse", "PermissionRequest"];

/** The field each type of handler must have. */
const REQUIRED_FIELD: Readonly<Record<string, string>> = {
  command: "command",
  http: "url",
  mcp_tool: "tool",
  prompt: "prompt",
  agent: "prompt",
};

type Fault = { readonly node: Node; readonly what: string } | undefined;

/**
 * Checks that the text has a shape in which a hook of ours can be added and will be obeyed. Refuses instead of
 * guessing: the client ignores a whole file for one malformed entry, and with it our hook.
 * @throws InstallError `settings.shape`
 */
function checkShape(settings: SettingsText, file: string): void {
  const { root, text } = settings;
  if (root === undefined) return;
  const fault = findFault(root);
  if (fault === undefined) return;
  throw new InstallError({
    code: "settings.shape",
    message: `${placeOf(file, text, fault.node.offset)}: ${fault.what}`,
    hint: "Correct that place and run the command again; the file was not changed.",
  });
}

/**
 * Parses settings and checks their shape.
 * @throws InstallError `settings.unparsable`, `settings.shape`
 */
export function readChecked(text: string, file: string): SettingsText {
  const settings = parseSettings(text, file);
  checkShape(settings, file);
  return settings;
}

/**
 * Refuses a file that the client would ignore although we can edit it: comments and trailing commas are errors to
 * every release from 2.0.76 to 2.1.330, which then run as if the file were empty.
 * @throws InstallError `settings.ignored`, `settings.hooks-disabled`
 */
export function refuseIgnored(settings: SettingsText, file: string): void {
  const { text, root } = settings;
  const extension = firstExtension(text);
  if (extension !== undefined) {
    throw new InstallError({
      code: "settings.ignored",
      message:
        `${placeOf(file, text, extension.offset)} has ${extension.what}; Claude Code reads plain JSON and ignores ` +
        "the whole file, so the hook would not run",
      hint: "Remove it and run the command again; the file was not changed.",
    });
  }
  const disabled = root && findNodeAtLocation(root, ["disableAllHooks"]);
  if (disabled?.value === true) {
    throw new InstallError({
      code: "settings.hooks-disabled",
      message: `${placeOf(file, text, disabled.offset)} says "disableAllHooks": true, so the hook would not run`,
      hint: "Remove that line and run the command again; the file was not changed.",
    });
  }
}

function findFault(root: Node): Fault {
  if (root.type !== "object") return { node: root, what: "the settings are not a JSON object" };
  const repeated = repeatedKey(root);
  if (repeated !== undefined) return repeated;
  const wrong = faultOfEnv(findNodeAtLocation(root, ["env"]));
  if (wrong !== undefined) return wrong;
  const hooks = findNodeAtLocation(root, ["hooks"]);
  if (hooks === undefined) return undefined;
  if (hooks.type !== "object") return { node: hooks, what: `"hooks" is not an object` };
  return repeatedKey(hooks) ?? firstFault(hooks.children ?? [], faultOfEvent);
}

/** The client ignores a whole file for an `env` that is no object of texts. */
function faultOfEnv(env: Node | undefined): Fault {
  if (env === undefined) return undefined;
  if (env.type !== "object") return { node: env, what: `"env" is not an object` };
  const prefix = findNodeAtLocation(env, [GATE_VARIABLE]);
  if (prefix !== undefined && prefix.type !== "string")
    return { node: prefix, what: `"env.${GATE_VARIABLE}" is not a text` };
  return repeatedKey(env);
}

function firstFault(nodes: readonly Node[], check: (node: Node) => Fault): Fault {
  for (const node of nodes) {
    const fault = check(node);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The client takes the last of two equal keys, editors show the first: an edit of either would surprise. */
function repeatedKey(object: Node): Fault {
  const seen = new Set<unknown>();
  return firstFault(object.children ?? [], (property) => {
    const key = property.children?.[0];
    if (key === undefined) return undefined;
    if (seen.has(key.value)) return { node: key, what: `the key ${JSON.stringify(key.value)} appears twice` };
    seen.add(key.value);
    return undefined;
  });
}

function faultOfEvent(property: Node): Fault {
  const [key, list] = property.children ?? [];
  if (key === undefined || list === undefined) return { node: property, what: "an event without a list" };
  const name = String(key.value);
  if (list.type !== "array") return { node: list, what: `"hooks.${name}" is not a list` };
  return STRICT_EVENTS.includes(name) ? firstFault(list.children ?? [], faultOfGroup) : undefined;
}

function faultOfGroup(group: Node): Fault {
  if (group.type !== "object") return { node: group, what: "a hook entry is not an object" };
  const repeated = repeatedKey(group);
  if (repeated !== undefined) return repeated;
  const matcher = findNodeAtLocation(group, ["matcher"]);
  if (matcher !== undefined && matcher.type !== "string")
    return { node: matcher, what: "a matcher is not a text" };
  const handlers = findNodeAtLocation(group, ["hooks"]);
  if (handlers?.type !== "array")
    return { node: handlers ?? group, what: `a hook entry has no list "hooks"` };
  return firstFault(handlers.children ?? [], faultOfHandler);
}

function faultOfHandler(handler: Node): Fault {
  if (handler.type !== "object") return { node: handler, what: "a hook is not an object" };
  const type = findNodeAtLocation(handler, ["type"]);
  const field = typeof type?.value === "string" ? REQUIRED_FIELD[type.value] : undefined;
  if (field === undefined) return { node: type ?? handler, what: `a hook has no known "type"` };
  const value = findNodeAtLocation(handler, [field]);
  if (value?.type !== "string") return { node: value ?? handler, what: `a hook has no text "${field}"` };
  return repeatedKey(handler);
}
