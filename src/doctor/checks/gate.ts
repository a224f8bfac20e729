import { GATE_VARIABLE, isOwnPrefix } from "../../config/own-registration.ts";
import type { Check } from "../context.ts";
import { isRecord, readSettingsFiles } from "../settings-files.ts";

/** Whether the shell gate stands behind the hook, and no stronger settings file takes its place. */
export const gate: Check = {
  name: "gate",
  find(context) {
    const values = readSettingsFiles(context).flatMap(({ file, settings }) => {
      const env = settings["env"];
      const value = isRecord(env) ? env[GATE_VARIABLE] : undefined;
      return typeof value === "string" ? [{ file, value }] : [];
    });
    const own = values.find(({ value }) => isOwnPrefix(value));
    if (own === undefined) return [{ kind: "gate.none" }];
    const [strongest = own] = values;
    return strongest === own
      ? [{ kind: "gate.registered", file: own.file }]
      : [{ kind: "gate.blanked", file: strongest.file, value: strongest.value }];
  },
};
