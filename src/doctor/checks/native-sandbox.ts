import type { Check } from "../context.ts";
import { findNativeSandbox } from "../../config/native-sandbox.ts";
import { readSettingsFiles } from "../settings-files.ts";

/** Claude Code's own sandbox around or inside ours. */
export const nativeSandbox: Check = {
  name: "native-sandbox",
  find: (context) => {
    const file = findNativeSandbox(readSettingsFiles(context));
    return file === undefined ? [] : [{ kind: "native.on", file }];
  },
};
