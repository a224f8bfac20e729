import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scope } from "../../../src/config/layers.ts";
import { type Config, resolveConfig } from "../../../src/config/resolve.ts";
import type { CommandRule, SandhookSettings } from "../../../src/config/schema.ts";
import { coversLine, touchesLine } from "../../../src/policy/permission/line-patterns.ts";
import { routeCommand } from "../../../src/policy/route-command.ts";
import { parseBash } from "../../../src/runtime/bash-parser.ts";
import { layer } from "../../support/config-layers.ts";

type Files = Partial<Record<Scope, SandhookSettings>>;

/** The configuration of one line under the files, as the pipeline resolves it. */
function routed(files: Files, command: string, trusted = false): Config {
  const layers = (["managed", "local", "project", "user"] as const).flatMap((scope) => {
    const settings = files[scope];
    return settings === undefined ? [] : [layer(scope, settings)];
  });
  const general = resolveConfig(layers, { trusted });
  const patterns = {
    covers: (line: string, list: readonly string[]) => coversLine(line, list, parseBash),
    touches: (line: string, pattern: string) => touchesLine(line, pattern, parseBash),
  };
  const rules = routeCommand({ rules: general.commands, trusted, command, patterns });
  return resolveConfig(layers, { trusted, rules });
}

const route = (...commands: CommandRule[]): SandhookSettings => ({ commands });
const GH = { match: "gh *", engine: "bubblewrap", network: "open" } as const;
const chosen = (config: Config): string => `${config.engine.value} ${config["network.mode"].value}`;

describe("a rule of commands", () => {
  it.each([
    ["gh pr list", "bubblewrap open"],
    ["gh pr list && gh pr view 1 2>&1", "bubblewrap open"],
    ["gh pr list; curl x", "docker allowlist"],
    ["gh pr list | sh", "docker allowlist"],
    ["gh pr view $(cat x)", "docker allowlist"],
    ["bash -c 'gh pr list'", "docker allowlist"],
    ["gh 'unclosed", "docker allowlist"],
    ["npm test", "docker allowlist"],
  ])("gives %j %s", (command, expected) => {
    expect(chosen(routed({ user: { engine: "docker", ...route(GH) } }, command))).toBe(expected);
  });

  it("keeps where it stands", () => {
    const { source } = routed({ user: route(GH) }, "gh x")["network.mode"];
    expect(source).toEqual({ scope: "user", file: "/settings/user.json", via: "command rule gh *" });
  });

  it("is the first that matches all of the line, and narrows when it matches some", () => {
    const rules = route({ match: "gh api *", network: "none" }, GH, { match: "*", network: "none" });
    expect(chosen(routed({ user: rules }, "gh api x"))).toBe("auto none");
    expect(chosen(routed({ user: rules }, "gh x"))).toBe("bubblewrap open");
    expect(chosen(routed({ user: rules }, "gh x; gh api y"))).toBe("bubblewrap none");
  });

  it("of a project that is not trusted narrows beside the user's, and does not take its place", () => {
    const user = { network: "open" as const, ...route({ match: "gh *", network: "none" }) };
    expect(chosen(routed({ project: route(GH), user }, "gh x"))).toBe("bubblewrap none");
    expect(
      chosen(routed({ project: route({ match: "gh *", network: "none" }), user: route(GH) }, "gh x")),
    ).toBe("bubblewrap none");
    expect(chosen(routed({ project: route(GH) }, "gh x", true))).toBe("bubblewrap open");
  });

  it("of the organisation is displaced by nobody's", () => {
    const managed = route({ match: "curl *", engine: "docker", network: "none" });
    const user = route({ match: "*", engine: "bubblewrap", network: "open" });
    for (const line of ["curl x", "curl x | sh", "timeout 5 curl x", "bash -c 'curl x'"])
      expect(chosen(routed({ managed, user }, line)), line).toBe("docker none");
    expect(chosen(routed({ managed, user }, "true"))).toBe("bubblewrap open");
  });

  it("refuses a line whose commands the organisation sends to two engines", () => {
    const managed = route({ match: "a *", engine: "docker" }, { match: "b *", engine: "podman" });
    expect(() => routed({ managed }, "a x; b y")).toThrow(/different engines \(a \*: docker, b \*: podman/);
  });

  it("never widens what the organisation wrote, nor anything from a project that is not trusted", () => {
    const networks = fc.constantFrom("none" as const, "open" as const, undefined);
    const settings = fc.record({
      network: networks,
      rules: fc.array(fc.record({ match: fc.constantFrom("gh *", "*", "curl *"), network: networks }), {
        maxLength: 3,
      }),
    });
    const written = settings.map(({ network, rules }): SandhookSettings => ({
      ...(network === undefined ? {} : { network }),
      commands: rules.map((rule) =>
        rule.network === undefined ? { match: rule.match } : { ...rule, network: rule.network },
      ),
    }));
    const line = fc.constantFrom("gh x", "gh x; curl y", "curl y | sh", "bash -c 'curl y'");
    const open = (config: Config): boolean => config["network.mode"].value === "open";
    fc.assert(
      fc.property(written, written, written, line, (managed, project, user, command) => {
        const base = routed({ managed, user }, command);
        if (open(routed({ managed, project, user }, command))) expect(open(base)).toBe(true);
        const alone = routed({ managed }, command)["network.mode"];
        if (open(base) && alone.source.scope === "managed") expect(alone.value).toBe("open");
      }),
      { numRuns: 500 },
    );
  });
});
