import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { SandhookSettings } from "../../../src/config/schema.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { Scope } from "../../../src/config/layers.ts";
import { hostPath } from "../../../src/core/paths.ts";
import type { EngineName, NetworkPlan } from "../../../src/core/plan.ts";
import { nodeHost } from "../../../src/host/node-host.ts";
import { planNetwork } from "../../../src/policy/plan-network.ts";
import { layer } from "../../support/config-layers.ts";
import { makeTempHome } from "../../support/temp-home.ts";

type Written = readonly (readonly [Scope, SandhookSettings])[];

function plan(files: readonly string[], written: Written = [], more: Partial<Ask> = {}): NetworkPlan {
  const { project, home } = makeTempHome();
  for (const file of files) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), "");
  }
  const config = resolveConfig(written.map(([scope, settings]) => layer(scope, settings)));
  const host = { ...nodeHost({ HOME: home }), platform: more.platform ?? "linux" };
  return planNetwork({ host, config, root: hostPath(project), engine: more.engine ?? "bubblewrap" }).network;
}

interface Ask {
  readonly platform: "linux" | "darwin";
  readonly engine: EngineName;
}

function presets(files: readonly string[], written: Written = []): readonly string[] | string {
  const found = plan(files, written);
  return found.mode === "allowlist" ? (found.rules?.presets ?? []) : found.mode;
}

describe("the network that nobody has written anything about", () => {
  it.each([
    [[], ["github"]],
    [["package.json"], ["github", "npm"]],
    [["requirements.txt"], ["github", "pypi"]],
    [
      ["pyproject.toml", "go.mod"],
      ["github", "go", "pypi"],
    ],
    [
      ["Cargo.toml", "build.gradle.kts"],
      ["crates", "github", "maven"],
    ],
    [
      ["web/package.json", "server/Gemfile", "api/composer.json"],
      ["github", "npm", "packagist", "rubygems"],
    ],
    [["node_modules/x/Cargo.toml", "node_modules/go.mod", ".tox/setup.py", "a/b/go.mod"], ["github"]],
    [["packages/package.json.bak", "Package.JSON"], ["github"]],
  ])("with %j in the project allows %j", (files, expected) => {
    expect(presets(files)).toEqual(expected);
  });

  it.each<[Written, readonly string[] | string]>([
    [[["user", { network: { allowedDomains: ["example.org"] } }]], ["github", "npm"]],
    [[["user", { network: "allowlist" }]], ["github", "npm"]],
    [[["user", { network: { presets: [] } }]], []],
    [[["user", { network: { presets: ["go"] } }]], ["go"]],
    [[["managed", { network: { allowedDomains: ["example.org"] } }]], []],
    [[["project", { network: { presets: ["go"] } }]], ["github", "npm"]],
    [[["project", { network: "none" }]], "none"],
    [[["project", { network: "open" }]], ["github", "npm"]],
    [[["user", { profile: "strict" }]], "none"],
    [[["project", { profile: "strict" }]], "none"],
    [[["user", { profile: "strict", network: { presets: ["npm"] } }]], ["npm"]],
    [[["user", { profile: "read-only" }]], ["github", "npm"]],
    [[["user", { profile: "open-network" }]], "open"],
  ])("under %j is %j for a project of npm's", (written, expected) => {
    expect(presets(["package.json"], written)).toEqual(expected);
  });

  it("is none where nothing leads to the proxy, and what was asked for is not softened there", () => {
    const asked: Written = [["user", { network: "allowlist" }]];
    for (const more of [{ engine: "seatbelt" }, { engine: "docker", platform: "darwin" }] as const) {
      expect(plan([], [], more).mode).toBe("none");
      expect(plan([], asked, more).mode).toBe("allowlist");
    }
  });
});
