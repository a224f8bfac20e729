import type { HostPath } from "../core/paths.ts";
import type { EngineName } from "../core/plan.ts";
import type { Scope } from "./layers.ts";
import type { Layer } from "./read-layers.ts";
import type { SandhookSettings } from "./schema.ts";

/** Where a value was written. */
export interface Source {
  readonly scope: Scope | "default";
  readonly file: HostPath | undefined;
}

export interface Sourced<T> {
  readonly value: T;
  readonly source: Source;
}

/** A path as somebody wrote it; relative ones count from the project. */
export type WrittenPath = Sourced<string>;

export interface Config {
  readonly enabled: Sourced<boolean>;
  readonly engine: Sourced<EngineName | "auto">;
  readonly autoAllow: Sourced<boolean>;
  readonly network: Sourced<"none" | "open">;
  readonly image: Sourced<string | undefined>;
  readonly allowWrite: readonly WrittenPath[];
  readonly denyWrite: readonly WrittenPath[];
  readonly allowRead: readonly WrittenPath[];
  readonly denyRead: readonly WrittenPath[];
  /** Values of project or local files that were set aside because they would widen the policy. */
  readonly ignored: readonly { readonly key: string; readonly source: Source }[];
}

const DEFAULT: Source = { scope: "default", file: undefined };

type Written = Layer & { readonly sandhook: SandhookSettings };

/** Project and local files come with the repository: they may only narrow. */
function isForeign(layer: Layer): boolean {
  return layer.scope === "project" || layer.scope === "local";
}

function sourceOf(layer: Layer): Source {
  return { scope: layer.scope, file: layer.file };
}

interface Choice<T> {
  readonly key: string;
  readonly read: (settings: SandhookSettings) => T | undefined;
  readonly fallback: T;
  /** True when `value` gives a command no more than `base`. */
  readonly narrows: (value: T, base: T) => boolean;
}

interface Chosen<T> {
  readonly chosen: Sourced<T>;
  readonly ignored: readonly { readonly key: string; readonly source: Source }[];
}

/** Own layers first, then project and local may narrow what those chose. Managed is a ceiling: nothing passes it. */
function choose<T>(layers: readonly Written[], choice: Choice<T>): Chosen<T> {
  const written = layers.flatMap((layer) => {
    const value = choice.read(layer.sandhook);
    return value === undefined ? [] : [{ value, layer }];
  });
  const own = written.find(({ layer }) => !isForeign(layer));
  let chosen: Sourced<T> =
    own === undefined
      ? { value: choice.fallback, source: DEFAULT }
      : { value: own.value, source: sourceOf(own.layer) };
  const ignored: { key: string; source: Source }[] = [];
  for (const { value, layer } of written.filter((entry) => isForeign(entry.layer)).reverse()) {
    if (choice.narrows(value, chosen.value)) chosen = { value, source: sourceOf(layer) };
    else if (value !== chosen.value) ignored.push({ key: choice.key, source: sourceOf(layer) });
  }
  return { chosen, ignored };
}

function collect(
  layers: readonly Written[],
  key: "allowWrite" | "denyWrite" | "allowRead" | "denyRead",
): WrittenPath[] {
  return layers.flatMap((layer) =>
    (layer.sandhook.filesystem?.[key] ?? []).map((value) => ({ value, source: sourceOf(layer) })),
  );
}

/**
 * Combines the layers (strongest first). Managed beats user; project and local only narrow; lists of denials add up,
 * lists of permissions count from managed and user files only. Every value keeps its source.
 */
export function resolveConfig(layers: readonly Layer[]): Config {
  const written = layers.filter((layer): layer is Written => layer.sandhook !== undefined);
  const own = written.filter((layer) => !isForeign(layer));
  const enabled = choose(written, {
    key: "enabled",
    read: (s) => s.enabled,
    fallback: true,
    narrows: (value) => value,
  });
  const engine = choose<EngineName | "auto">(written, {
    key: "engine",
    read: (s) => s.engine,
    fallback: "auto",
    narrows: (_, base) => base === "auto",
  });
  const autoAllow = choose(written, {
    key: "autoAllow",
    read: (s) => s.autoAllow,
    fallback: true,
    narrows: (value) => !value,
  });
  const network = choose<"none" | "open">(written, {
    key: "network",
    read: (s) => s.network,
    fallback: "none",
    narrows: (value) => value === "none",
  });
  const image = choose<string | undefined>(written, {
    key: "container.image",
    read: (s) => s.container?.image,
    fallback: undefined,
    narrows: () => false,
  });
  const foreign = written.filter(isForeign);
  const widening = (["allowWrite", "allowRead"] as const).flatMap((key) =>
    collect(foreign, key).map(({ source }) => ({ key: `filesystem.${key}`, source })),
  );
  return {
    enabled: enabled.chosen,
    engine: engine.chosen,
    autoAllow: autoAllow.chosen,
    network: network.chosen,
    image: image.chosen,
    allowWrite: collect(own, "allowWrite"),
    denyWrite: collect(written, "denyWrite"),
    allowRead: collect(own, "allowRead"),
    denyRead: collect(written, "denyRead"),
    ignored: [
      ...[enabled, engine, autoAllow, network, image].flatMap((choice) => choice.ignored),
      ...widening,
    ],
  };
}
