import { gateState, hookState, type SettingsOf } from "../../config/protection.ts";
import {
  blockReply,
  parseSessionEvent,
  type SessionReply,
  silentReply,
} from "../../protocol/session-events.ts";
import type { HookContext } from "../hook-context.ts";
import { isGateKnown } from "../session-store.ts";
import { settingsAsClient } from "./settings-as-client.ts";

function findDamage(files: readonly SettingsOf[], gateWasThere: boolean): string | undefined {
  const hook = hookState(files);
  if (hook.kind === "absent") return "it takes sandhook's hook out";
  if (hook.kind === "disabled") return `disableAllHooks in ${hook.file} switches sandhook's hook off`;
  const gate = gateState(files);
  if (gate.kind === "replaced")
    return `CLAUDE_CODE_SHELL_PREFIX in ${gate.file} takes the place of sandhook's shell gate`;
  return gate.kind === "absent" && gateWasThere ? "it takes sandhook's shell gate out" : undefined;
}

/**
 * ConfigChange: a change of settings that would end the sandboxing of this session is not taken over by it. Settings of
 * the organisation cannot be refused, and skills cannot switch a hook off.
 * @throws InputError `hook.invalid-input`
 */
export function answerConfigChange(text: string, context: HookContext): SessionReply {
  const { cwd, sessionId, source, file } = parseSessionEvent(text, "ConfigChange");
  if (source === "policy_settings" || source === "skills") return silentReply();
  const damage = findDamage(settingsAsClient(context, cwd), isGateKnown(context.site.state, sessionId));
  if (damage === undefined) return silentReply();
  return blockReply(
    `sandhook: the change of ${file ?? "the settings"} does not count in this session: ${damage}. ` +
      "To work without sandhook, uninstall it (npx sandhook uninstall) and start a new session.",
  );
}
