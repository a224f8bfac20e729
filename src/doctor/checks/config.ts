import { isSandboxError } from "../../core/errors.ts";
import type { Config } from "../../config/resolve.ts";
import { resolveProject } from "../../pipeline.ts";
import type { Check } from "../context.ts";
import type { Fact } from "../fact.ts";
import { readSettingsFiles } from "../settings-files.ts";

/** What runs outside, and what was meant to. */
function findOutside({ unsandboxed, excludedCommands }: Config): Fact[] {
  if (unsandboxed.value !== "deny")
    return [{ kind: "config.outside", value: unsandboxed.value, file: unsandboxed.source.file }];
  return excludedCommands
    .slice(0, 1)
    .map(({ source }): Fact => ({ kind: "config.excluded", file: source.file }));
}

/** Whether the settings can be used, and what of them does not count. */
export const config: Check = {
  name: "config",
  find(context) {
    try {
      const { config: resolved } = resolveProject(context.host, context.project, context.reader);
      const files = readSettingsFiles(context)
        .filter(({ settings }) => settings["sandhook"] !== undefined)
        .map(({ file }) => file);
      const ignored = resolved.ignored.map(({ key, source }): Fact => ({
        kind: "config.ignored",
        key,
        file: source.file,
      }));
      const state: Fact = resolved.enabled.value
        ? { kind: "config.valid", engine: resolved.engine.value, files }
        : { kind: "config.off", file: resolved.enabled.source.file };
      return [state, ...ignored, ...findOutside(resolved)];
    } catch (error) {
      if (!isSandboxError(error)) throw error;
      return [{ kind: "config.invalid", message: error.message, hint: error.hint }];
    }
  },
};
