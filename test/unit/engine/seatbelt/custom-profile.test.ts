import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SandboxError } from "../../../../src/core/errors.ts";
import { hostPath } from "../../../../src/core/paths.ts";
import { renderCustomRules } from "../../../../src/engine/seatbelt/custom-rules.ts";
import { CUSTOM_OPERATIONS } from "../../../../src/engine/seatbelt/operations.ts";
import { ALLOW, askCase, DENY, HOME, PROJECT, renderCase } from "../../../support/seatbelt-case.ts";

const FOLDER = `${HOME}/.config/sandhook/profiles`;
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;

function withSb(text: string) {
  return [{ profile: "mine" }, { files: { [`${FOLDER}/mine.sb`]: text } }] as const;
}

describe("a custom profile in SBPL", () => {
  it("adds to workspace-write", () => {
    const ask = askCase(...withSb('(allow file-write* (subpath (string-append (param "HOME") "/go")))'));
    expect(ask({ operation: "file-write-create", path: `${HOME}/go/pkg/x` })).toEqual(ALLOW);
    expect(ask({ operation: "file-write-create", path: `${PROJECT}/x` })).toEqual(ALLOW);
    expect(ask({ operation: "file-write-create", path: `${HOME}/other` })).toEqual(DENY);
  });

  it("adds to the profile that its first line names", () => {
    const ask = askCase(...withSb('; extends: strict\n(allow file-read* (subpath "/Volumes/Data"))'));
    expect(ask({ operation: "file-read-data", path: "/Volumes/Data/x" })).toEqual(ALLOW);
    expect(ask({ operation: "file-read-data", path: `${HOME}/other` })).toEqual(DENY);
  });

  it("cannot undo a final deny with any operation it may use", () => {
    const ask = askCase(...withSb(`(allow ${[...CUSTOM_OPERATIONS].join(" ")})`));
    const denied: readonly (readonly [string, string])[] = [
      ...[...CUSTOM_OPERATIONS]
        .filter((name) => /^file-(write|link|clone)/.test(name) && !name.endsWith("*"))
        .flatMap((operation) =>
          [
            `${PROJECT}/.git/config`,
            `${HOME}/.claude/settings.json`,
            `${HOME}/.ssh/x`,
            `${HOME}/.rd/docker.sock`,
          ].map((path) => [operation, path] as const),
        ),
      ...["file-read-data", "file-read-xattr", "file-read-metadata", "file-map-executable"].map(
        (operation) => [operation, `${HOME}/.ssh/id_ed25519`] as const,
      ),
      ["file-read-data", `${HOME}/.local/state/sandhook/jobs/1`],
      ["file-write-unlink", `${PROJECT}/.git`],
      ["file-write-create", `${PROJECT}/.claude`],
    ];
    expect(denied.filter(([operation, path]) => ask({ operation, path }).byOrder !== "deny")).toEqual([]);
    expect(denied.filter(([operation, path]) => ask({ operation, path }).bySpecificity !== "deny")).toEqual(
      [],
    );
    expect(ask({ operation: "network-outbound", address: "93.184.216.34:443" })).toEqual(DENY);
    expect(ask({ operation: "network-outbound", socket: "/private/var/run/docker.sock" })).toEqual(DENY);
    expect(ask({ operation: "mach-lookup", name: "com.docker.vmnetd" })).toEqual(DENY);
  });

  it.each([
    ["an import", '(import "system.sb")'],
    ["a definition that replaces deny", "(define (deny . rest) #t)"],
    ["everything", "(allow default)"],
    ["all of the file operations", "(allow file*)"],
    ["the network", "(allow network-outbound)"],
    ["an escape by exec", "(allow process-exec (with no-sandbox))"],
    ["an Apple event", "(allow appleevent-send)"],
    ["a launchd job", "(allow job-creation)"],
    ["a condition", '(if #t (allow file-read* (literal "/x")))'],
    ["an unknown filter", "(allow file-read* (file-mode 4))"],
    ["a parameter of ours", '(allow file-write* (subpath (param "OWN_0")))'],
    ["a computed value", '(allow file-write* (subpath (getenv "X")))'],
    ["a rule without an operation", '(deny (subpath "/x"))'],
    ["a quotation", "'(allow file-read*)"],
    ["a bare symbol", "allow"],
    ["a string that is too long", `(allow file-read* (literal "/${"x".repeat(1100)}"))`],
    ["an operand that is no name", '(allow signal (target "self"))'],
  ])("refuses %s", (_, text) => {
    expect(() => renderCase(...withSb(text))).toThrow(code("seatbelt.custom-rule"));
  });

  it.each(["(allow file-read*", "(allow file-read*))", '(allow file-read* (literal "/x))', '"', ")("])(
    "refuses the unbalanced text %s",
    (text) => {
      expect(() => renderCase(...withSb(text))).toThrow(code("seatbelt.syntax"));
    },
  );

  it("is written anew, so that nothing but rules reaches the system", () => {
    expect(
      renderCustomRules(
        '(version 1) ; x\n(deny file-read*\n (literal "/a\\"b\\\\c") (regex #"^/d\\.e$") (with no-report))',
      ),
    ).toEqual(['(deny file-read* (literal "/a\\"b\\\\c") (regex #"^/d\\.e$") (with no-report))']);
  });

  it("only throws coded errors", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("(", ")", " ", '"', ";", "#", "\\", "a", "allow", "deny", "*") }),
        (text) => {
          try {
            renderCustomRules(text);
          } catch (error) {
            expect(error).toBeInstanceOf(SandboxError);
          }
        },
      ),
    );
  });
});

describe("a custom profile in JSON", () => {
  const withJson = (value: unknown) =>
    [{ profile: "mine" }, { files: { [`${FOLDER}/mine.json`]: JSON.stringify(value) } }] as const;

  it("adds toggles and services", () => {
    const ask = askCase(
      ...withJson({
        extends: "strict",
        toggles: ["pty"],
        machLookup: ["com.example.one", "com.example.two.*"],
      }),
    );
    expect(ask({ operation: "pseudo-tty" })).toEqual(ALLOW);
    expect(ask({ operation: "mach-lookup", name: "com.example.one" })).toEqual(ALLOW);
    expect(ask({ operation: "mach-lookup", name: "com.example.two.x" })).toEqual(ALLOW);
    expect(ask({ operation: "mach-lookup", name: "com.example.three" })).toEqual(DENY);
  });

  it.each([
    ["an unknown key", { rules: [] }],
    ["an unknown toggle", { toggles: ["root"] }],
    ["a toggle that is a property of every object", { toggles: ["toString"] }],
    ["toggles that are no list", { toggles: "pty" }],
    ["a service with a quote", { machLookup: ['a") (allow default'] }],
    ["services that are no list", { machLookup: {} }],
    ["a list", []],
    ["null", null],
    ["a base that is no name", { extends: 7 }],
  ])("refuses %s", (_, value) => {
    expect(() => renderCase(...withJson(value))).toThrow(code("seatbelt.custom-profile"));
  });

  it("refuses text that is not JSON", () => {
    expect(() => renderCase({ profile: "mine" }, { files: { [`${FOLDER}/mine.json`]: "{" } })).toThrow(
      code("seatbelt.custom-profile"),
    );
  });

  it("refuses to build on what is not a built-in profile", () => {
    expect(() => renderCase(...withJson({ extends: "mine" }))).toThrow(code("seatbelt.unknown-profile"));
    expect(() => renderCase(...withJson({ extends: "constructor" }))).toThrow(
      code("seatbelt.unknown-profile"),
    );
  });
});

describe("where a custom profile may come from", () => {
  it("refuses a name that is nowhere", () => {
    expect(() => renderCase({ profile: "nowhere" })).toThrow(code("seatbelt.unknown-profile"));
  });

  it.each(["../evil", "a/b", ".hidden", "", "a\nb", "-f"])("refuses the name %j", (profile) => {
    expect(() => renderCase({ profile })).toThrow(code("seatbelt.profile-name"));
  });

  it("does not look into the project", () => {
    const files = { [`${PROJECT}/.sandhook/profiles/mine.sb`]: "(allow file-read*)" };
    expect(() => renderCase({ profile: "mine" }, { files })).toThrow(code("seatbelt.unknown-profile"));
  });

  it("refuses a link that leads into a project", () => {
    const file = `${FOLDER}/mine.sb`;
    expect(() =>
      renderCase(
        { profile: "mine" },
        { files: { [file]: "(allow file-read*)" }, links: { [file]: `${PROJECT}/mine.sb` } },
      ),
    ).toThrow(code("seatbelt.custom-profile-in-project"));
  });

  it("refuses a link that leads elsewhere in a writable home folder", () => {
    const file = `${FOLDER}/mine.sb`;
    expect(() =>
      renderCase(
        { profile: "mine", filesystem: { writable: [hostPath(HOME)] } },
        { files: { [file]: "(allow file-read*)" }, links: { [file]: `${HOME}/dotfiles/mine.sb` } },
      ),
    ).toThrow(code("seatbelt.custom-profile-in-project"));
  });

  it("takes the user's file when the whole home folder is writable, because that folder is protected", () => {
    const ask = askCase(
      { profile: "mine", filesystem: { writable: [hostPath(HOME)] } },
      { files: { [`${FOLDER}/mine.sb`]: "(allow pseudo-tty)" } },
    );
    expect(ask({ operation: "pseudo-tty" })).toEqual(ALLOW);
    expect(ask({ operation: "file-write-data", path: `${FOLDER}/mine.sb` })).toEqual(DENY);
  });
});
