/**
 * Our hook's path as a whole path: not `…/hook.bak`, not `my-sandhook/…`. A marker field would not do: the client drops
 * fields it does not know when it rewrites a settings file.
 */
const OWN_PATH = /(^|[/"'\s=])sandhook\/current\/libexec\/hook(?=$|["'\s;])/;

/** True for a handler that an installation of ours registered, of this version or an older one. */
export function isOwnHandler(handler: unknown): boolean {
  if (typeof handler !== "object" || handler === null) return false;
  const { type, command, args } = handler as Record<string, unknown>;
  if (type !== "command") return false;
  const words: readonly unknown[] = Array.isArray(args) ? [command, ...(args as unknown[])] : [command];
  return words.some((word) => typeof word === "string" && OWN_PATH.test(word));
}
