import { isOwnHandler } from "../../config/own-registration.ts";
import type { Check, DoctorContext } from "../context.ts";
import { handlersOf, isRecord, readSettingsFiles } from "../settings-files.ts";

const OWN = /^sandhook@/;

/** Our plugin as the strongest settings file that names it says; undefined where it is not enabled. */
export function findPlugin(
  context: DoctorContext,
): { readonly name: string; readonly file: string } | undefined {
  for (const { file, settings } of readSettingsFiles(context)) {
    const plugins = settings["enabledPlugins"];
    if (!isRecord(plugins)) continue;
    const named = Object.entries(plugins).find(([name]) => OWN.test(name));
    if (named === undefined) continue;
    return named[1] === true ? { name: named[0], file } : undefined;
  }
  return undefined;
}

/** Whether the hooks come as a plugin, and whether they come twice. */
export const plugin: Check = {
  name: "plugin",
  find(context) {
    const found = findPlugin(context);
    if (found === undefined) return [];
    const installed = readSettingsFiles(context).some((seen) =>
      handlersOf(seen).some(({ handler }) => isOwnHandler(handler)),
    );
    return [{ kind: installed ? "plugin.twice" : "plugin.alone", ...found }];
  },
};
