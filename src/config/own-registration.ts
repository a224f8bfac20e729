/**
 * Our hook's path, or that of a script that starts it, as a whole path: not `…/hook.bak`, not `my-sandhook/…`. A marker field would not do: the client drops
 * fields it does not know when it rewrites a settings file.
 */
const OWN_PATH = /(^|[/"'\s=])sandhook\/(?:current\/libexec\/hook|entry\/event=[a-z-]+)(?=$|["'\s;])/;

/** The variable in the settings' `env` that hands every shell line of the client to a program. */
export const GATE_VARIABLE = "CLAUDE_CODE_SHELL_PREFIX";

/** A value of ours, of this version or an older one; the group is the prefix that it chains. */
export const OWN_PREFIX = /(?:^|\/)sandhook\/(?:current\/libexec|entry\/chain=(.*))\/shell-gate$/;

/** True for a shell prefix that an installation of ours wrote. */
export function isOwnPrefix(value: string): boolean {
  return OWN_PREFIX.test(value);
}

/** True for a handler that an installation of ours registered, of this version or an older one. */
export function isOwnHandler(handler: unknown): boolean {
  if (typeof handler !== "object" || handler === null) return false;
  const { type, command, args } = handler as Record<string, unknown>;
  if (type !== "command") return false;
  const words: readonly unknown[] = Array.isArray(args) ? [command, ...(args as unknown[])] : [command];
  return words.some((word) => typeof word === "string" && OWN_PATH.test(word));
}
