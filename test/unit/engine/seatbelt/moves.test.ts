import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFileModel, type FileModel, folder, type Node } from "../../../support/file-model.ts";
import { type Allowed, type Move, playMoves } from "../../../support/file-moves.ts";
import { HOME, PROJECT, renderCase, TEMP } from "../../../support/seatbelt-case.ts";
import { evaluate, readRules, type Rule } from "../../../support/sbpl/evaluate.ts";

const SECRET = "secret";
const PRIVATE = [`${PROJECT}/config/.env`, `${HOME}/.ssh/id_ed25519`];
const KEPT = [`${PROJECT}/.git/config`, `${PROJECT}/.git/hooks/pre-commit`];
const ABSENT = [
  `${PROJECT}/.claude/settings.json`,
  `${PROJECT}/.mcp.json`,
  `${PROJECT}/packages/web/.vscode`,
  `${PROJECT}/.git/hooks/post-checkout`,
];

/** Case folding as far as the names of these tests need it. */
const fold = (name: string) =>
  name.toLowerCase().replaceAll("\u017f", "s").replaceAll("\u212a", "k").replaceAll("\ufb01", "fi");
const exact = (name: string) => name;

function put(model: FileModel, path: string, node: Node): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  if (parent !== "" && model.locate(parent, false)?.node === undefined) put(model, parent, folder());
  const place = model.locate(path, false);
  if (place === undefined) throw new Error(`no place for ${path}`);
  model.put(place, node);
}

function createWorld(names: (name: string) => string): FileModel {
  const model = createFileModel(names);
  for (const path of PRIVATE) put(model, path, { kind: "file", content: SECRET });
  for (const path of KEPT) put(model, path, { kind: "file", content: "kept" });
  for (const path of [TEMP, `${PROJECT}/packages/web`, `${PROJECT}/src`, "/private/var/shared/build"])
    put(model, path, folder());
  return model;
}

/** A move happens when either reading of rule precedence allows it. */
function asker(rules: readonly Rule[], values: ReadonlyMap<string, string>): Allowed {
  const known = new Map<string, boolean>();
  return (operation, path) => {
    const key = `${operation} ${path}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const { byOrder, bySpecificity } = evaluate(rules, { operation, path }, values);
    const answer = byOrder === "allow" || bySpecificity === "allow";
    known.set(key, answer);
    return answer;
  };
}

const { text, parameters } = renderCase();
const values = new Map(parameters.map(({ name, value }) => [name, value]));
const RULES = readRules(text);

const SEGMENTS = [
  ".git",
  ".claude",
  ".CLAUDE",
  "config",
  "hooks",
  "packages",
  "web",
  "src",
  "a",
  "b",
] as const;
const LEAVES = [
  ...SEGMENTS,
  "settings.json",
  "\u017fettings.json",
  "con\ufb01g",
  ".mcp.json",
  ".MCP.JSON",
  ".vscode",
  ".env",
  ".ENV",
  "pre-commit",
  "post-checkout",
] as const;

const root = fc.constantFrom(PROJECT, PROJECT, PROJECT, TEMP, "/private/var/shared/build");
const path = fc.oneof(
  root,
  fc
    .tuple(root, fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 2 }), fc.constantFrom(...LEAVES))
    .map(([base, middle, leaf]) => [base, ...middle, leaf].join("/")),
  fc.constantFrom(...KEPT, ...ABSENT, ...PRIVATE, `${HOME}/.ssh`, `${PROJECT}/.git/hooks`),
);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constantFrom("mkdir", "write", "unlink"), path }),
  fc.record({ kind: fc.constantFrom("rename", "rename", "link", "clone", "symlink"), from: path, to: path }),
);

/** What went wrong: a protected file changed or appeared, or hidden content got a name that can be read. */
function breaches(model: FileModel, allowed: Allowed): readonly string[] {
  const at = (name: string) => model.locate(name, true)?.node;
  const content = (node: Node | undefined) => (node?.kind === "file" ? node.content : undefined);
  return [
    ...KEPT.filter((name) => content(at(name)) !== "kept"),
    ...ABSENT.filter((name) => at(name) !== undefined),
    ...model
      .walk()
      .filter(([name, node]) => content(node) === SECRET && allowed("file-read-data", name))
      .map(([name]) => name),
  ];
}

function outcome(rules: readonly Rule[], names: (name: string) => string, moves: readonly Move[]) {
  const model = createWorld(names);
  const allowed = asker(rules, values);
  playMoves(model, allowed, moves);
  return breaches(model, allowed);
}

describe("moves against protected and hidden paths", () => {
  it.each([
    ["where names differ by case", exact],
    ["where they do not", fold],
  ])("change nothing and reveal nothing %s", (_, names) => {
    const allowed = asker(RULES, values);
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 14 }), (moves) => {
        const model = createWorld(names);
        playMoves(model, allowed, moves);
        expect(breaches(model, allowed)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  const renameRules = RULES.filter(
    (rule) => rule.operations.join(" ") !== "file-write-unlink file-write-create",
  );
  const without = (operation: string) =>
    RULES.map((rule) =>
      rule.action === "deny" && rule.operations.length > 3
        ? { ...rule, operations: rule.operations.filter((name) => name !== operation) }
        : rule,
    );
  const rename = (from: string, to: string): Move => ({ kind: "rename", from, to });
  const link = (kind: "link" | "clone" | "symlink", from: string, to: string): Move => ({ kind, from, to });
  const write = (name: string): Move => ({ kind: "write", path: name });
  const mkdir = (name: string): Move => ({ kind: "mkdir", path: name });
  const git = `${PROJECT}/.git`;

  it.each<readonly [string, readonly Rule[], readonly Move[]]>([
    [
      "a rename of the folder and back, without pins",
      renameRules,
      [rename(git, `${PROJECT}/a`), write(`${PROJECT}/a/config`), rename(`${PROJECT}/a`, git)],
    ],
    [
      "a folder that arrives with the file in it, without pins",
      renameRules,
      [
        mkdir(`${PROJECT}/a`),
        write(`${PROJECT}/a/settings.json`),
        rename(`${PROJECT}/a`, `${PROJECT}/.claude`),
      ],
    ],
    [
      "a link in place of a missing folder, without pins",
      renameRules,
      [
        mkdir(`${PROJECT}/a`),
        write(`${PROJECT}/a/settings.json`),
        link("symlink", `${PROJECT}/a`, `${PROJECT}/.claude`),
      ],
    ],
    [
      "the project moved into the temporary folder and back, without pins",
      renameRules,
      [rename(PROJECT, `${TEMP}/a`), write(`${TEMP}/a/.git/config`), rename(`${TEMP}/a`, PROJECT)],
    ],
    [
      "a second name, without the deny of links",
      without("file-link"),
      [link("link", `${git}/config`, `${PROJECT}/a`), write(`${PROJECT}/a`)],
    ],
    [
      "a clone of a hidden file, without the deny of clones",
      without("file-clone"),
      [link("clone", `${PROJECT}/config/.env`, `${PROJECT}/a`)],
    ],
    [
      "a hidden folder's parent renamed, without pins",
      renameRules,
      [rename(`${PROJECT}/config`, `${PROJECT}/a`)],
    ],
  ])("would succeed by %s", (_, weaker, moves) => {
    expect(outcome(weaker, exact, moves)).not.toEqual([]);
    expect(outcome(RULES, exact, moves)).toEqual([]);
  });
});
