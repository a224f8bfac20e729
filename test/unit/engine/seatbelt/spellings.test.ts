import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostPath } from "../../../../src/core/paths.ts";
import { caseFoldingRegex, privateSpellings } from "../../../../src/engine/seatbelt/spellings.ts";

const both = (path: string) => privateSpellings(hostPath(path));

describe("privateSpellings", () => {
  it.each([
    ["/tmp/x", ["/tmp/x", "/private/tmp/x"]],
    ["/private/var/x", ["/private/var/x", "/var/x"]],
    ["/etc", ["/etc", "/private/etc"]],
    ["/private/etc/hosts", ["/private/etc/hosts", "/etc/hosts"]],
    ["/variable/x", ["/variable/x"]],
    ["/private/other", ["/private/other"]],
    ["/Users/dana", ["/Users/dana"]],
  ])("gives both names of %s", (path, expected) => {
    expect(both(path)).toEqual(expected);
  });
});

describe("caseFoldingRegex", () => {
  const base = hostPath("/Users/dana/a.b");
  const matches = (name: string, path: string) =>
    new RegExp(caseFoldingRegex(base, hostPath(`${base}/${name}`), "below")).test(path);

  it.each([
    [".claude/settings.json", "/Users/dana/a.b/.claude/settings.json", true],
    [".claude/settings.json", "/Users/dana/a.b/.CLAUDE/Settings.JSON", true],
    [".claude/settings.json", "/Users/dana/a.b/.claude/\u017fetting\u017f.json", true],
    [".claude/settings.json", "/Users/dana/a.b/.claude/settings.json/x", true],
    [".claude/settings.json", "/System/Volumes/Data/Users/dana/a.b/.claude/settings.json", true],
    [".git/hooks", "/Users/dana/a.b/.git/hoo\u212as/pre-commit", true],
    [".git/config", "/Users/dana/a.b/.git/con\ufb01g", true],
    ["workflows", "/Users/dana/a.b/work\ufb02ows", true],
    [".claude/settings.json", "/Users/dana/a.b/.claude/settingsXjson", false],
    [".claude/settings.json", "/Users/dana/a.b/.claude/settings.jsonx", false],
    [".claude/settings.json", "/Users/dana/aXb/.claude/settings.json", false],
    [".claude/settings.json", "/users/dana/a.b/.claude/settings.json", false],
    [".claude/settings.json", "/x/Users/dana/a.b/.claude/settings.json", false],
  ])("of %s and %s: %s", (name, path, expected) => {
    expect(matches(name, path)).toBe(expected);
  });

  it("matches every name itself and in upper case", () => {
    const segment = fc.string({
      minLength: 1,
      unit: fc.constantFrom(..."sSkKfiltaß. -_()[]+*?^$|\\".split("")),
    });
    fc.assert(
      fc.property(
        segment.filter((name) => !/^\.+$/.test(name)),
        (name) => {
          expect(matches(name, `${base}/${name}`)).toBe(true);
          expect(matches(name, `${base}/${name}x-no`)).toBe(false);
        },
      ),
    );
  });
});
