import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostPath } from "../../../../src/core/paths.ts";
import { seatbeltArgv } from "../../../../src/engine/seatbelt/argv.ts";
import {
  createParameterTable,
  PARAMETER_BYTES_LIMIT,
  renderParameters,
} from "../../../../src/engine/seatbelt/parameters.ts";
import { renderProfile } from "../../../../src/engine/seatbelt/render-profile.ts";
import { createMacHost, SITE } from "../../../support/mac-host.ts";
import { ALLOW, DENY, seatbeltPlan } from "../../../support/seatbelt-case.ts";
import { evaluate, readRules } from "../../../support/sbpl/evaluate.ts";

function renderAt(root: string) {
  const project = hostPath(root);
  const plan = seatbeltPlan({
    project: { root: project, key: "app-0" },
    filesystem: {
      writable: [project],
      protectedPaths: [
        { path: hostPath(`${root}/.git/config`), kind: "file" },
        { path: hostPath(`${root}/.claude/settings.json`), kind: "missing" },
      ],
      hidden: [{ path: hostPath(`${root}/.env`), kind: "file" }],
      readable: [],
    },
  });
  return renderProfile(plan, SITE, createMacHost({ folders: [root, `${root}/.git`] }));
}

const HOSTILE = [
  "/Users/dana/with space",
  '/Users/dana/with"quote',
  "/Users/dana/with'quote",
  "/Users/dana/(allow default)",
  '/Users/dana/") (allow default) ("',
  "/Users/dana/new\nline",
  "/Users/dana/naïve-日本語-🐳",
  "/Users/dana/-f",
  "/Users/dana/$(touch x)",
  "/Users/dana/`x`",
  "/Users/dana/back\\slash",
  "/Users/dana/a=b",
  "/Users/dana/;semi # hash",
  "/Users/dana/[a-z]+.*^$|{1}?",
  '/Users/dana/#"',
] as const;

describe("seatbeltArgv", () => {
  it("puts the profile in a file and each path in an operand of its own", () => {
    const argv = seatbeltArgv(
      {
        text: "",
        parameters: [
          { name: "HOME", value: "/Users/dana" },
          { name: "WRITE_0", value: "/Users/dana/a b=c" },
        ],
      },
      "/Users/dana/.local/state/sandhook/jobs/7f3c/profile.sb",
    );
    expect(argv).toEqual([
      "/usr/bin/sandbox-exec",
      "-f",
      "/Users/dana/.local/state/sandhook/jobs/7f3c/profile.sb",
      "-D",
      "HOME=/Users/dana",
      "-D",
      "WRITE_0=/Users/dana/a b=c",
    ]);
  });

  it("gives the same name to the same path", () => {
    const table = createParameterTable();
    expect([table.reference("A", "/x"), table.reference("A", "/y"), table.reference("A", "/x")]).toEqual([
      '(param "A_0")',
      '(param "A_1")',
      '(param "A_0")',
    ]);
  });

  it("refuses more operands than macOS takes", () => {
    const value = `/${"x".repeat(1000)}`;
    const count = Math.ceil(PARAMETER_BYTES_LIMIT / value.length);
    const parameters = Array.from({ length: count }, (_, index) => ({ name: `P_${index}`, value }));
    expect(() => renderParameters(parameters)).toThrow(
      expect.objectContaining({ code: "seatbelt.too-many-paths" }),
    );
    expect(renderParameters(parameters.slice(0, count - 20)).length).toBe((count - 20) * 2);
  });

  it("has room for five hundred protected and hidden paths", () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      hostPath(`/Users/dana/code/app/packages/p${index}/.env`),
    );
    const plan = seatbeltPlan({
      filesystem: {
        hidden: many.map((path) => ({ path, kind: "file" })),
        protectedPaths: many.map((path) => ({ path: hostPath(`${path}rc`), kind: "missing" })),
      },
    });
    const rendered = renderProfile(plan, SITE, createMacHost({ folders: many.map((path) => path) }));
    expect(() => seatbeltArgv(rendered, "/p.sb")).not.toThrow();
  });
});

describe("hostile project paths", () => {
  it.each(HOSTILE)("are confined like any other: %j", (root) => {
    const { text, parameters } = renderAt(root);
    const rules = readRules(text);
    const values = new Map(parameters.map(({ name, value }) => [name, value]));
    const ask = (operation: string, path: string) => evaluate(rules, { operation, path }, values);
    expect(text).toBe(renderAt("/Users/dana/plain").text);
    expect(ask("file-write-create", `${root}/src/a`)).toEqual(ALLOW);
    expect(ask("file-write-data", `${root}/.git/config`)).toEqual(DENY);
    expect(ask("file-write-create", `${root}/.Claude/settings.json`)).toEqual(DENY);
    expect(ask("file-read-data", `${root}/.env`)).toEqual(DENY);
    expect(ask("file-write-create", `${root}x/a`)).toEqual(DENY);
    expect(ask("file-write-create", "/Users/dana/x")).toEqual(DENY);
  });

  it("never change the text of the profile", () => {
    const plain = renderAt("/Users/dana/plain").text;
    const name = fc
      .string({ minLength: 1, maxLength: 30, unit: "grapheme" })
      .filter((text) => /[^./\0]/.test(text));
    fc.assert(
      fc.property(name, (segment) => {
        const root = `/Users/dana/${segment.replace(/[/\0]/g, "_")}`;
        const rendered = renderAt(root);
        expect(rendered.text).toBe(plain);
        expect(rendered.parameters).toContainEqual({ name: "PROJECT", value: root });
      }),
      { numRuns: 50 },
    );
  });
});
