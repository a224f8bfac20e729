import { renderGroup } from "../handler.ts";
import { TIMEOUT_SECONDS, registrationsFor } from "../registration.ts";

/** A file of the plugin, below the package's folder. */
export interface PluginFile {
  readonly name: string;
  readonly text: string;
}

/** What the package's manifest says of the product. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

const FOLDER = ".claude-plugin";

function json(name: string, value: unknown): PluginFile {
  return { name: `${FOLDER}/${name}`, text: `${JSON.stringify(value, undefined, 2)}\n` };
}

function renderHooks(): Readonly<Record<string, unknown[]>> {
  const hooks: Record<string, unknown[]> = {};
  for (const registration of registrationsFor(undefined)) {
    const target = { kind: "plugin", timeout: TIMEOUT_SECONDS.failsOpen } as const;
    (hooks[registration.event] ??= []).push(renderGroup(registration, target));
  }
  return hooks;
}

/**
 * The plugin and the marketplace that offers it, from the registrations that the installer uses as well. The package is
 * the plugin: its `dist` holds the product. Pure.
 */
export function renderPlugin({ name, version, description, license }: PackageFacts): readonly PluginFile[] {
  const owner = { name };
  return [
    json("plugin.json", {
      name,
      version,
      description,
      license,
      author: owner,
      hooks: `./${FOLDER}/hooks.json`,
    }),
    json("marketplace.json", {
      name,
      owner,
      metadata: { description },
      plugins: [{ name, source: "./", description }],
    }),
    json("hooks.json", { description, hooks: renderHooks() }),
  ];
}
