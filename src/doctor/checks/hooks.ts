import { hostPath } from "../../core/paths.ts";
import { wantedGroups } from "../../install/install.ts";
import { isOwnHandler } from "../../config/own-registration.ts";
import { TIMEOUT_SECONDS } from "../../install/registration.ts";
import type { Check, DoctorContext } from "../context.ts";
import type { Fact } from "../fact.ts";
import { findPlugin } from "./plugin.ts";
import {
  type HandlerSeen,
  handlersOf,
  isRecord,
  readSettingsFiles,
  type SettingsSeen,
} from "../settings-files.ts";

/** A group as text, with the timeout set aside: it depends on the release that was asked at installation. */
function fingerprint(group: unknown): string {
  return JSON.stringify(group, (key, value: unknown) => (key === "timeout" ? undefined : value));
}

/** A release that any event can be registered for, and one that nothing is known of. */
const CLIENTS = [undefined, [Infinity, 0, 0]] as const;

/** Every form in which an installation of this version registers a hook for an event. */
function knownForms({ host, project }: DoctorContext, event: string): readonly string[] {
  const config = host.claudeDir === hostPath(`${host.home}/.claude`) ? undefined : host.claudeDir;
  const environment = { home: host.home, claudeConfigDir: config, cwd: project, node: process.execPath };
  return (["user", "project"] as const).flatMap((scope) =>
    CLIENTS.flatMap((client) => wantedGroups(scope, environment, client))
      .filter((wanted) => wanted.event === event)
      .map(({ group }) => fingerprint(group)),
  );
}

function isIntact(context: DoctorContext, { event, group, handler }: HandlerSeen): boolean {
  const timeout = isRecord(handler) ? handler["timeout"] : undefined;
  const patient = typeof timeout === "number" && timeout >= TIMEOUT_SECONDS.failsClosed;
  return patient && knownForms(context, event).includes(fingerprint(group));
}

function ownFacts(context: DoctorContext, seen: SettingsSeen): readonly Fact[] {
  const { file, scope } = seen;
  return handlersOf(seen)
    .filter(({ handler }) => isOwnHandler(handler))
    .map((found) =>
      scope === "managed" || isIntact(context, found)
        ? { kind: "hook.registered", file, scope }
        : { kind: "hook.altered", file, scope, event: found.event },
    );
}

/**
 * Whether the hook is registered in a settings file of the project, as it was installed, and not switched off. The form
 * of managed files is checked by `sandhook managed verify`.
 */
export const hooks: Check = {
  name: "hooks",
  find(context) {
    const files = readSettingsFiles(context);
    const own = files.flatMap((seen) => ownFacts(context, seen));
    const disabled = files
      .filter(({ settings }) => settings["disableAllHooks"] === true)
      .map(({ file }): Fact => ({ kind: "hook.disabled", file }));
    const none: readonly Fact[] = findPlugin(context) === undefined ? [{ kind: "hook.none" }] : [];
    return [...(own.length === 0 ? none : own), ...disabled];
  },
};
