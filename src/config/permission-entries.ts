import type { HostPath } from "../core/paths.ts";
import type { Scope } from "./layers.ts";
import type { Layer } from "./read-layers.ts";

/** One entry of `permissions.deny`, `ask` or `allow`, as it stands in a settings file. */
export interface PermissionEntry {
  readonly behavior: "deny" | "ask" | "allow";
  readonly text: string;
  readonly scope: Scope;
  readonly file: HostPath;
}

export interface PermissionEntries {
  readonly entries: readonly PermissionEntry[];
  /** `allowManagedPermissionRulesOnly`: entries of other scopes do not count. */
  readonly managedOnly: boolean;
}

const BEHAVIORS = ["deny", "ask", "allow"] as const;

function textsOf(permissions: unknown, behavior: string): string[] {
  if (typeof permissions !== "object" || permissions === null) return [];
  const list = (permissions as Readonly<Record<string, unknown>>)[behavior];
  return Array.isArray(list) ? list.filter((text): text is string => typeof text === "string") : [];
}

/** Every permission rule of every layer, unparsed: most calls never need a rule's meaning. */
export function readPermissionEntries(layers: readonly Layer[]): PermissionEntries {
  const entries = layers.flatMap(({ settings, scope, file }) =>
    file === undefined
      ? []
      : BEHAVIORS.flatMap((behavior) =>
          textsOf(settings["permissions"], behavior).map((text) => ({ behavior, text, scope, file })),
        ),
  );
  const managedOnly = layers.some(
    ({ scope, settings }) => scope === "managed" && settings["allowManagedPermissionRulesOnly"] === true,
  );
  return { entries, managedOnly };
}
