import fc from "fast-check";
import { parse } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { hostPath } from "../../src/core/paths.ts";
import { InstallError } from "../../src/core/errors.ts";
import { addHooks, dropHooks } from "../../src/install/edit-settings.ts";
import { chainedPrefix, holdsGate, setGate } from "../../src/install/edit-gate.ts";
import { GATE_VARIABLE, isOwnPrefix } from "../../src/config/own-registration.ts";
import { renderGroup } from "../../src/install/handler.ts";
import { REGISTRATIONS } from "../../src/install/registration.ts";
import { type Edited, undoSplices } from "../../src/install/splice.ts";

const home = hostPath("/home/me");
const root = hostPath("/home/me/.local/share/sandhook");
const own = (timeout: number) =>
  REGISTRATIONS.map((registration) => ({
    event: registration.event,
    group: renderGroup(registration, { kind: "own", home, root, claudeConfigDir: undefined, timeout }),
  }));
const wanted = own(30);
const deciding = REGISTRATIONS.filter(({ kind }) => kind === "decides");
const FILE = "settings.json";

const isForeign = (text: string): boolean => !isOwnPrefix(text);

/** White space and comments between two tokens. */
const filler = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("", " ", "\n", "\n  ", "\n\t", "\r\n    ", "  ") },
  { weight: 1, arbitrary: fc.constantFrom("/* , { */", "// ] , }\n", " // it's\r\n  ", "\n  /* a\n b */ ") },
);
const quoted = (value: string): string => JSON.stringify(value);
const word = fc.constantFrom("a", "b", "model", "a // b", 'q"uote', "ü😀", "__proto__");
const scalar = fc.constantFrom("1", "-2.5e3", "true", "null", '""', '"// no comment"', '"a,}"');
const foreignHandler = fc.constantFrom(
  '{"type":"command","command":"audit.sh"}',
  '{ "type": "http", "url": "http://127.0.0.1/x", "timeout": 5 }',
  '{"command":"echo /x/sandhook/current/libexec/hooks","type":"command","args":[]}',
);

function list(items: fc.Arbitrary<string>, [open, close]: readonly [string, string]): fc.Arbitrary<string> {
  const item = fc.tuple(filler, items, filler).map((parts) => parts.join(""));
  return fc
    .tuple(fc.array(item, { maxLength: 4 }), filler, fc.boolean())
    .map(
      ([all, end, trailing]) => open + all.join(",") + (trailing && all.length > 0 ? "," : "") + end + close,
    );
}

function object(members: fc.Arbitrary<readonly [string, string]>): fc.Arbitrary<string> {
  const member = fc.tuple(members, filler, filler);
  return fc
    .tuple(
      fc.uniqueArray(member, { maxLength: 4, selector: ([[key]]) => key }),
      fc.array(filler, { minLength: 9, maxLength: 9 }),
      fc.boolean(),
    )
    .map(([all, space, trailing]) => {
      const parts = all.map(
        ([[key, value], before, after], at) =>
          `${space[at] ?? ""}${quoted(key)}${before}:${after}${value}${space[at + 4] ?? ""}`,
      );
      return `{${parts.join(",")}${trailing && parts.length > 0 ? "," : ""}${space[8] ?? ""}}`;
    });
}

const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    list(tie("value"), ["[", "]"]),
    object(fc.tuple(word, tie("value"))),
  ),
})).value;

const group = object(
  fc.oneof(
    fc.tuple(fc.constant("hooks"), list(foreignHandler, ["[", "]"])),
    fc.tuple(fc.constant("matcher"), fc.constantFrom('"Bash"', '"*"')),
  ),
).filter((text) => text.includes('"hooks"'));
const hooks = object(fc.tuple(fc.constantFrom("PreToolUse", "PostToolUse", "Stop"), list(group, ["[", "]"])));
const prefix = fc.oneof(
  fc.constantFrom("/usr/bin/nice", "/bin/bash -c", "/a b/c", "", "it's 100% $HOME", "ü😀".repeat(70)),
  fc.string(),
);
const env = object(
  fc.oneof(
    fc.tuple(word, fc.constant('"1"')),
    fc.tuple(fc.constant(GATE_VARIABLE), prefix.filter(isForeign).map(quoted)),
  ),
);
const member = fc.oneof(
  fc.tuple(word, value),
  fc.tuple(fc.constant("hooks"), hooks),
  fc.tuple(fc.constant("env"), env),
);
const settings = fc.tuple(filler, object(member), filler).map((parts) => parts.join(""));

/** What an installation does to a text. */
const install = (text: string): Edited => setGate(addHooks(text, wanted, FILE), root, FILE);

const json = (text: string): unknown => parse(text, [], { allowTrailingComma: true });
const runs = { numRuns: 800 };

const comments = (text: string): readonly string[] => text.match(/\/\* , \{ \*\/|\/\/ \] , \}|a\n b/g) ?? [];

/** What a text says beside us: empty lists of hooks and an empty env say nothing. */
function foreignPart(text: string): unknown {
  const data = json(text) as Record<string, unknown>;
  const events = Object.entries((data["hooks"] ?? {}) as Record<string, unknown[]>);
  const left = events.filter(([, groups]) => groups.length > 0);
  return { ...data, hooks: Object.fromEntries(left), env: data["env"] ?? {} };
}

describe("any settings text", () => {
  it("holds our hooks once, keeps its comments, and is the same bytes after undoing, or says the same after dropping", () => {
    fc.assert(
      fc.property(settings, (text) => {
        const edited = install(text);
        const { after } = edited;
        expect(after).not.toBe(text);
        expect(undoSplices(after, edited.splices)).toBe(text);
        expect(install(after)).toEqual({ before: after, after, splices: [] });
        expect(holdsGate(after, root, FILE)).toBe(true);
        expect(comments(after)).toEqual(comments(text));
        const dropped = dropHooks(after, FILE).after;
        expect(comments(dropped)).toEqual(comments(text));
        expect(foreignPart(dropped)).toEqual(foreignPart(text));
      }),
      runs,
    );
  });

  it("holds our hooks once after an older version's were replaced", () => {
    fc.assert(
      fc.property(settings, (text) => {
        const old = setGate(addHooks(text, own(7), FILE), hostPath("/old/sandhook"), FILE).after;
        const { after } = install(old);
        expect(after.split('libexec/hook"')).toHaveLength(1 + deciding.length);
        expect(after.split("/event=session-start")).toHaveLength(2);
        expect(after.split("/shell-gate")).toHaveLength(2);
        expect(chainedPrefix(after, FILE)).toBe(chainedPrefix(text, FILE));
        expect(addHooks(after, wanted, FILE).splices).toEqual([]);
      }),
      runs,
    );
  });
});

describe("any text at all", () => {
  it("is edited or refused with a coded error", () => {
    const text = fc.oneof(
      fc.string(),
      value,
      settings.map((whole) => whole.slice(0, whole.length / 2)),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          install(source);
        } catch (error) {
          expect(error).toBeInstanceOf(InstallError);
        }
      }),
      runs,
    );
  });
});
