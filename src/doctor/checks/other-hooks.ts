import { isOwnHandler } from "../../config/own-registration.ts";
import type { Check } from "../context.ts";
import { handlersOf, isRecord, readSettingsFiles } from "../settings-files.ts";

/** As the client reads a matcher: nothing or `*` is every tool, else a regular expression on the tool's name. */
function seesBash(matcher: unknown): boolean {
  if (typeof matcher !== "string" || matcher === "" || matcher === "*") return true;
  try {
    return new RegExp(`^(?:${matcher})$`).test("Bash");
  } catch {
    return matcher.includes("Bash");
  }
}

function describe(handler: unknown): string {
  if (!isRecord(handler)) return "a hook";
  const { command, args, url, type } = handler;
  const words = [command, ...(Array.isArray(args) ? (args as unknown[]) : [])];
  const text = words.filter((word) => typeof word === "string").join(" ");
  if (text !== "") return text.slice(0, 160);
  return typeof url === "string" ? url : `a hook of type ${String(type)}`;
}

/** Other hooks that see Bash commands before they run. */
export const otherHooks: Check = {
  name: "other-hooks",
  find: (context) =>
    readSettingsFiles(context).flatMap((seen) =>
      handlersOf(seen)
        .filter(
          ({ event, matcher, handler }) =>
            event === "PreToolUse" && seesBash(matcher) && !isOwnHandler(handler),
        )
        .map(({ handler }) => ({ kind: "hook.other", file: seen.file, command: describe(handler) }) as const),
    ),
};
