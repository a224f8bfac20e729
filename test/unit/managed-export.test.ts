import { describe, expect, it } from "vitest";
import { exportManaged } from "../../src/install/managed/export-managed.ts";
import { renderPlist } from "../../src/install/managed/plist.ts";

const SETTINGS = { env: { A: 'x"y\\z', B: "" }, on: true, n: 3, list: ["<&>", {}], none: undefined };

describe("a property list", () => {
  it("is this", () => {
    expect(renderPlist(SETTINGS).split("\n").slice(3)).toEqual([
      "<dict>",
      "  <key>env</key>",
      "  <dict>",
      "    <key>A</key>",
      '    <string>x"y\\z</string>',
      "    <key>B</key>",
      "    <string></string>",
      "  </dict>",
      "  <key>on</key>",
      "  <true/>",
      "  <key>n</key>",
      "  <integer>3</integer>",
      "  <key>list</key>",
      "  <array>",
      "    <string>&lt;&amp;&gt;</string>",
      "    <dict/>",
      "  </array>",
      "</dict>",
      "</plist>",
      "",
    ]);
  });

  it("refuses what XML cannot hold", () => {
    expect(() => renderPlist({ a: "\u0001" })).toThrow(expect.objectContaining({ code: "managed.not-xml" }));
  });
});

describe("an export", () => {
  it("as json is the drop-in", () => {
    expect(JSON.parse(exportManaged(SETTINGS, "json"))).toEqual(JSON.parse(JSON.stringify(SETTINGS)));
  });

  it("as mobileconfig forces the preferences of Claude Code's domain, with identifiers that stay", () => {
    const text = exportManaged(SETTINGS, "mobileconfig");
    expect(text).toMatch(
      /<key>com\.anthropic\.claudecode<\/key>\s*<dict>\s*<key>Forced<\/key>\s*<array>\s*<dict>\s*<key>mcx_preference_settings<\/key>/,
    );
    expect(text).toContain("<string>com.apple.ManagedClient.preferences</string>");
    const ids = [...text.matchAll(/<key>PayloadUUID<\/key>\s*<string>([^<]*)</g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids)
      expect(id).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
    expect(exportManaged({}, "mobileconfig").match(/<string>[0-9A-F-]{36}</g)?.length).toBe(2);
    expect(exportManaged({ other: 1 }, "mobileconfig")).toContain(ids[0]);
  });

  it("as reg is one value of the policy key, in ASCII with Windows line ends, that reads back", () => {
    const text = exportManaged({ ...SETTINGS, word: "ä🎉" }, "reg");
    expect(text).toMatch(/^[\r\n -~]*$/);
    const lines = text.split("\r\n");
    expect(lines[0]).toBe("Windows Registry Editor Version 5.00");
    expect(lines[2]).toBe("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\ClaudeCode]");
    const value = /^"Settings"="(.*)"$/.exec(lines[3] ?? "")?.[1]?.replace(/\\(["\\])/g, "$1") ?? "";
    expect(JSON.parse(value)).toMatchObject({
      wslInheritsWindowsSettings: true,
      env: { A: 'x"y\\z' },
      word: "ä🎉",
    });
  });

  it("as intune carries the mobileconfig", () => {
    const body = JSON.parse(exportManaged(SETTINGS, "intune")) as Record<string, string>;
    expect(body["@odata.type"]).toBe("#microsoft.graph.macOSCustomConfiguration");
    const payload = Buffer.from(body["payload"] ?? "", "base64").toString("utf8");
    expect(payload).toBe(exportManaged(SETTINGS, "mobileconfig"));
  });
});
