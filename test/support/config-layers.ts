import * as fc from "fast-check";
import type { ChoiceValues, ListValues } from "../../src/config/keys.ts";
import type { Scope } from "../../src/config/layers.ts";
import type { Layer } from "../../src/config/read-layers.ts";
import type { ProfileDefinition, SandhookSettings } from "../../src/config/schema.ts";
import { hostPath } from "../../src/core/paths.ts";

/** A layer with our settings alone. */
export function layer(scope: Scope, sandhook: SandhookSettings): Layer {
  const file = scope === "launcher" ? undefined : hostPath(`/settings/${scope}.json`);
  return { scope, file, settings: { sandhook }, sandhook, native: undefined };
}

/** Values of a key that has one; a key without an entry here does not compile. */
const CHOICE_VALUES: { readonly [K in keyof ChoiceValues]: readonly NonNullable<ChoiceValues[K]>[] } = {
  enabled: [true, false],
  mechanism: ["auto", "rewrite", "gate"],
  engine: ["auto", "bubblewrap", "docker", "podman", "seatbelt"],
  profile: ["workspace-write", "read-only", "strict", "open-network"],
  workspace: ["write", "read-only"],
  reads: ["host", [], ["/opt/a"], ["/opt/a", "/opt/b"]],
  autoAllow: [true, false],
  unsandboxed: ["deny", "ask", "allow"],
  tools: [true, false],
  "network.mode": ["none", "allowlist", "open"],
  "network.allowLocalhost": [true, false, [3000], [3000, 5432]],
  "network.allowedPorts": [[443], [80, 443], [22, 80, 443]],
  "network.parentProxy": ["http://proxy.example.org:3128", "http://other.example.org:1"],
  "network.proxyCommand": [["/bin/proxy"], ["/bin/other", "-x"]],
  "container.image": ["one", "two"],
  "container.dockerfile": ["./one", "./two"],
  "container.command": ["nerdctl", "finch"],
  "container.host": ["unix:///a.sock", "unix:///b.sock"],
  "container.runtime": ["runsc", "kata"],
  "container.startup": ["./one.sh", "./two.sh"],
  "container.idleSeconds": [60, 3600],
  "container.memory": [1024, 4096],
  "container.cpus": [0.5, 4],
  "container.pids": [10, 1000],
  "container.disk": [1024, 4096],
  "seatbelt.profile": ["strict", "permissive-open"],
  "audit.required": [true, false],
  "audit.commands": ["text", "hash"],
  "audit.maxBytes": [4096, 1_000_000],
};

const LIST_VALUES: { readonly [K in keyof ListValues]: readonly ListValues[K][] } = {
  "filesystem.allowWrite": ["/a", "~/b"],
  "filesystem.denyWrite": ["/a", "~/b"],
  "filesystem.denyRead": ["/a", "~/b"],
  "filesystem.allowRead": ["/a", "~/b"],
  "network.allowedDomains": ["a.example.org", "b.example.org"],
  "network.deniedDomains": ["a.example.org", "b.example.org"],
  "network.presets": ["npm", "github"],
  "env.pass": ["A", "B"],
  "env.deny": ["A", "B"],
  "env.set": [
    { name: "A", value: "1" },
    { name: "A", value: "2" },
    { name: "B", value: "3" },
  ],
  "container.mounts": [{ source: "/a" }, { source: "/b", readOnly: false }],
  "container.ports": ["1:1", "2:2"],
  "container.caches": ["npm", "pip"],
  "container.flags": ["--a", "--b"],
  "container.allowFlags": ["--a", "--b"],
  "container.separate": ["a", "b"],
  "container.env": [
    { name: "A", value: "1" },
    { name: "A", value: "2" },
  ],
  "container.ulimits": [
    { name: "nofile", value: "1:1" },
    { name: "nofile", value: "9:9" },
  ],
  "seatbelt.toggles": ["pty", "chromium"],
  excludedCommands: ["a *", "b *"],
  commands: [
    { match: "a *", network: "open" },
    { match: "b *", profile: "strict" },
  ],
};

function nest(key: string, value: unknown): SandhookSettings {
  const [outer = "", inner] = key.split(".");
  return inner === undefined ? { [outer]: value } : { [outer]: { [inner]: value } };
}

function inProfile(definition: ProfileDefinition): SandhookSettings {
  return { profile: "own", profiles: { own: definition } };
}

function writeChoice<K extends keyof ChoiceValues>(key: K, value: ChoiceValues[K]): SandhookSettings {
  if (key === "workspace") return inProfile({ workspace: value as ChoiceValues["workspace"] });
  if (key !== "reads") return nest(key, value);
  const reads = value as ChoiceValues["reads"];
  if (reads === "host") return inProfile({ reads });
  return inProfile({ reads: "listed", toolchains: reads.map((path) => ({ path, for: "tests" })) });
}

function writeList(key: string, values: readonly unknown[]): SandhookSettings {
  if (!/^(?:env\.set|container\.(?:env|ulimits))$/.test(key)) return nest(key, values);
  const pairs = values as readonly { readonly name: string; readonly value: string }[];
  const write = (value: string): unknown => {
    const [soft, hard] = value.split(":").map(Number);
    return key === "container.ulimits" ? { soft, hard } : value;
  };
  return nest(key, Object.fromEntries(pairs.map(({ name, value }) => [name, write(value)])));
}

/** Merges blocks: a later fragment adds its keys to the same block. */
function merge(fragments: readonly SandhookSettings[]): SandhookSettings {
  const merged: Record<string, unknown> = {};
  for (const fragment of fragments) {
    for (const [key, value] of Object.entries(fragment)) {
      const known = merged[key];
      const blocks = [known, value].every((block) => typeof block === "object" && !Array.isArray(block));
      merged[key] = blocks && known !== null ? { ...(known as object), ...(value as object) } : value;
    }
  }
  return merged;
}

const choiceFragment = fc
  .constantFrom(...(Object.keys(CHOICE_VALUES) as (keyof ChoiceValues)[]))
  .chain((key) =>
    fc
      .constantFrom(...CHOICE_VALUES[key])
      .map((value) => writeChoice(key, value as ChoiceValues[typeof key])),
  );

const listFragment = fc
  .constantFrom(...(Object.keys(LIST_VALUES) as (keyof ListValues)[]))
  .chain((key) => fc.subarray([...LIST_VALUES[key]] as unknown[]).map((values) => writeList(key, values)));

/** Settings that say something about any of the keys. */
export const anySettings: fc.Arbitrary<SandhookSettings> = fc
  .array(fc.oneof(choiceFragment, listFragment), { maxLength: 12 })
  .map(merge);

/** One settings object for each value of each key, so that no key is left to chance. */
export function everySetting(): readonly { readonly key: string; readonly settings: SandhookSettings }[] {
  const choices = (Object.keys(CHOICE_VALUES) as (keyof ChoiceValues)[]).flatMap((key) =>
    CHOICE_VALUES[key].map((value) => ({
      key,
      settings: writeChoice(key, value as ChoiceValues[typeof key]),
    })),
  );
  const lists = (Object.keys(LIST_VALUES) as (keyof ListValues)[]).flatMap((key) =>
    LIST_VALUES[key].map((value) => ({ key, settings: writeList(key, [value]) })),
  );
  return [...choices, ...lists];
}
