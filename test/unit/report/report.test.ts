import fc from "fast-check";
import { parse, type DefaultTreeAdapterTypes } from "parse5";
import { describe, expect, it } from "vitest";
import { collectReport } from "../../../src/report/collect-report.ts";
import { renderReport } from "../../../src/report/render-report.ts";
import type { AuditEvent } from "../../../src/core/audit.ts";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const EMPTY: AuditEvent = {
  id: "0123456789abcdef",
  time: "2026-01-01T10:00:00.000Z",
  event: "decision",
  session: "s1",
  agent: undefined,
  cwd: "/work",
  tool: "Bash",
  command: undefined,
  commandHash: undefined,
  decision: "sandbox",
  code: undefined,
  reason: undefined,
  engine: "bubblewrap",
  profile: undefined,
  job: undefined,
  exit: undefined,
  milliseconds: undefined,
  refusals: [],
};
const entry = (fields: Partial<AuditEvent>): AuditEvent => ({ ...EMPTY, ...fields });

const ENTRIES = [
  entry({ command: "npm test", job: "j1" }),
  entry({
    event: "run",
    session: undefined,
    decision: undefined,
    job: "j1",
    exit: 1,
    milliseconds: 1234,
    refusals: ["example.net is not allowed"],
  }),
  entry({
    time: "2026-01-01T10:00:01.000Z",
    command: "rm -rf /",
    decision: "refuse",
    code: "rule.deny",
    reason: "denied by a rule",
    engine: undefined,
  }),
  entry({ time: "2026-01-01T10:00:02.000Z", command: "docker ps", decision: "outside", engine: undefined }),
  entry({
    time: "2026-01-01T10:00:03.000Z",
    tool: "Write",
    command: "/work/made.ts",
    decision: "pass",
    engine: undefined,
  }),
  entry({ session: "s2", command: undefined, commandHash: "abc", decision: "sandbox", engine: "docker" }),
];
const NETWORK = [
  { time: "", callId: "j1", decision: "allow", host: "registry.example", port: 443 },
  { time: "", callId: "j1", decision: "allow", host: "registry.example", port: 443 },
  { time: "", callId: "j1", decision: "deny", host: "example.net", port: 443 },
  { time: "", callId: "of another session", decision: "deny", host: "not.shown", port: 1 },
] as const;

const draw = (entries: readonly AuditEvent[], network: readonly (typeof NETWORK)[number][] = []): string =>
  renderReport(collectReport(entries, network), { made: "now" });

function elements(node: Node): readonly Element[] {
  const below = "childNodes" in node ? node.childNodes.flatMap(elements) : [];
  return "tagName" in node ? [node, ...below] : below;
}

function textOf(node: Node): string {
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

const withClass = (page: Node, name: string): readonly Element[] =>
  elements(page).filter((element) => attribute(element, "class")?.split(" ").includes(name) === true);

const squeeze = (text: string): string => text.replace(/\s+/g, " ").trim();

describe("the page of a report", () => {
  const page = parse(draw(ENTRIES, NETWORK));

  it("shows every call in its session, with what became of it", () => {
    const sessions = elements(page).filter(({ tagName }) => tagName === "details");
    expect(
      sessions.map((session) => withClass(session, "call").map((call) => attribute(call, "class"))),
    ).toEqual([["call sandboxed", "call refused", "call outside", "call passed"], ["call sandboxed"]]);
    const [first, refused, , , last] = withClass(page, "call").map((call) => squeeze(textOf(call)));
    expect(first).toBe(
      "2026-01-01 10:00:00 Bash sandboxed npm test bubblewrap · exit 1 · 1.2 s · /work example.net is not allowed " +
        "example.net:443 1 refused registry.example:443 2 allowed",
    );
    expect(refused).toContain("denied by a rule (rule.deny)");
    expect(last).toContain("(not recorded; SHA-256 abc)");
  });

  it("sums up outcomes, engines, hosts and written files", () => {
    const section = (id: string): string =>
      squeeze(
        elements(page)
          .filter((each) => attribute(each, "id") === id)
          .map(textOf)
          .join(""),
      );
    expect(withClass(page, "counts").map((list) => squeeze(textOf(list)))).toEqual([
      "2 sandboxed 1 refused 1 without a sandbox 1 allowed 1 in bubblewrap 1 in docker",
    ]);
    expect(section("hosts")).toBe("Hosts contacted example.net:443 1 refused registry.example:443 2 allowed");
    expect(section("written")).toContain("/work/made.ts");
    expect(section("written")).not.toContain("docker ps");
  });

  it("names the sessions that were started without a sandbox, and no others", () => {
    const launch = { event: "launch", engine: undefined, session: undefined } as const;
    const drawn = parse(
      draw([
        entry({ ...launch, decision: "outside", cwd: "/bare" }),
        entry({ ...launch, decision: "sandbox", cwd: "/held" }),
      ]),
    );
    const [notice, ...others] = withClass(drawn, "why").map((each) => squeeze(textOf(each)));
    expect([notice, others]).toEqual([
      "2026-01-01 10:00:00: a session was started without a sandbox in /bare",
      [],
    ]);
  });

  it("shows the files that were changed last while a command ran, and no others", () => {
    const at = Date.parse("2026-01-01T10:00:00.000Z");
    const report = collectReport(
      ENTRIES,
      [],
      [
        { path: "/work/b.js", time: at - 600 },
        { path: "/work/a.js", time: at },
        { path: "/work/before.js", time: at - 2000 },
        { path: "/work/after.js", time: at + 1000 },
      ],
    );
    expect(report.changed).toEqual([
      { path: "/work/a.js", during: ["npm test"] },
      { path: "/work/b.js", during: ["npm test"] },
    ]);
    const shown = elements(parse(renderReport(report, { made: "now" })));
    const section = shown.find((each) => attribute(each, "id") === "changed");
    expect(section && squeeze(textOf(section))).toContain("/work/a.js npm test /work/b.js npm test");
  });

  it("needs nothing and runs nothing", () => {
    const all = elements(page);
    expect(
      all.filter(({ tagName }) => ["script", "img", "link", "iframe", "a", "form"].includes(tagName)),
    ).toEqual([]);
    expect(
      all.flatMap(({ attrs }) => attrs).filter(({ name }) => /^(?:src|href|style|on.*)$/.test(name)),
    ).toEqual([]);
    const metas = all.filter(({ tagName }) => tagName === "meta");
    expect(metas.map((meta) => attribute(meta, "content"))).toEqual(
      expect.arrayContaining([
        expect.stringContaining("default-src 'none'"),
        "width=device-width, initial-scale=1",
      ]),
    );
    expect(textOf(page)).not.toMatch(/url\(|@import/);
  });

  it("is one column that gives way to any width", () => {
    const styles = elements(page)
      .filter(({ tagName }) => tagName === "style")
      .map(textOf)
      .join("");
    expect(styles).toContain("overflow-wrap: anywhere");
    expect(styles).toContain("white-space: pre-wrap");
    expect(styles.match(/[\w-]*width\s*:\s*[^;}]+/g)).toEqual(["max-width: 60rem"]);
    expect(styles).not.toMatch(/nowrap|position|float|display:\s*(?:table|grid)|overflow-x/);
  });

  it("says so when there is nothing", () => {
    expect(textOf(parse(draw([])))).toContain("Nothing is in the log.");
  });

  it("shows hostile text as text, in every field", () => {
    const plain = elements(
      parse(draw([entry({ command: "x", reason: "x", code: "x", job: "j1", decision: "refuse" })], NETWORK)),
    );
    const shape = plain.map(({ tagName }) => tagName);
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "</pre><script>x</script>",
        '"><img src=x onerror=x>',
        "<!--",
        "</style>",
        "${x}&amp;&lt;",
        "']]>",
      ),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const fields = {
          command: text,
          reason: text,
          code: text,
          cwd: text,
          tool: text,
          engine: text,
          job: "j1",
        };
        const drawn = parse(
          draw(
            [entry({ ...fields, decision: "refuse" })],
            NETWORK.map((each) => ({ ...each, host: text as never })),
          ),
        );
        const names = elements(drawn).map(({ tagName }) => tagName);
        // The hosts are one name now, so that the lists of them are shorter, and nothing else is there.
        expect(names.filter((name) => !["li", "code", "b"].includes(name))).toEqual(
          shape.filter((name) => !["li", "code", "b"].includes(name)),
        );
        expect(
          elements(drawn)
            .flatMap(({ attrs }) => attrs)
            .filter(({ name }) => name.startsWith("on")),
        ).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("makes visible what would hide or turn text around", () => {
    const text = textOf(parse(draw([entry({ command: "safe\u202Egnp.sh\u200b\u0007\u001b[2J" })])));
    expect(text).toContain("safe\\u{202e}gnp.sh\\u{200b}\\u{7}\\u{1b}[2J");
  });
});
