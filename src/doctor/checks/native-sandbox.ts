import type { Check } from "../context.ts";
import { isRecord, readSettingsFiles } from "../settings-files.ts";

/** Claude Code's own sandbox around or inside ours. */
export const nativeSandbox: Check = {
  name: "native-sandbox",
  find: (context) =>
    readSettingsFiles(context)
      .filter(({ settings }) => isRecord(settings["sandbox"]) && settings["sandbox"]["enabled"] === true)
      .map(({ file }) => ({ kind: "native.on", file }) as const),
};
