import { describe, expect, it } from "vitest";
import { settingsReader } from "../../../src/config/settings-reader.ts";
import { isSandboxError } from "../../../src/core/errors.ts";
import { hostPath } from "../../../src/core/paths.ts";

function complaint(section: unknown): string {
  try {
    settingsReader.check(section, hostPath("/s.json"));
    return "";
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return `${error.message}\n${error.hint ?? ""}`;
  }
}

describe("a wrong setting is refused with its file, its key, what was expected, and the nearest key", () => {
  it.each<[section: unknown, complaint: string]>([
    [
      { network: ["example.org"] },
      '/s.json: sandhook.network: expected "none", "allowlist", "open" or an object, found a list',
    ],
    [{ network: "opn" }, 'expected "none", "allowlist", "open" or an object, found "opn"'],
    [
      { network: { allowLocalhost: "yes" } },
      'sandhook.network.allowLocalhost: expected true or false or a list, found "yes"',
    ],
    [{ engine: "dockr" }, 'sandhook.engine: Invalid option: expected one of "auto"|"bubblewrap"'],
    [{ autoAllow: "yes" }, "sandhook.autoAllow: Invalid input: expected boolean, received string"],
    [{ filesystem: { allowWrite: "x" } }, "sandhook.filesystem.allowWrite: Invalid input: expected array"],
    [{ netwrok: "open" }, 'sandhook: unknown key "netwrok"\nDid you mean "network"?'],
    [
      { filesystem: { allwWrite: [] } },
      'sandhook.filesystem: unknown key "allwWrite"\nDid you mean "allowWrite"?',
    ],
    [{ network: { allowedDomain: [] } }, 'Did you mean "allowedDomains"?'],
    [{ zzz: 1 }, "Valid keys are: "],
    [7, "sandhook: Invalid input: expected object"],
  ])("%j", (section, expected) => {
    expect(complaint(section)).toContain(expected);
  });
});
