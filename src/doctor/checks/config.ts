import { isSandboxError } from "../../core/errors.ts";
import { resolveProject } from "../../pipeline.ts";
import type { Check } from "../context.ts";
import type { Fact } from "../fact.ts";
import { readSettingsFiles } from "../settings-files.ts";

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
      return [state, ...ignored];
    } catch (error) {
      if (!isSandboxError(error)) throw error;
      return [{ kind: "config.invalid", message: error.message, hint: error.hint }];
    }
  },
};
