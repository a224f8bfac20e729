import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { explainReport } from "../../src/cli/report-schemas.ts";
import { rewrite } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

interface Settings {
  readonly user?: Readonly<Record<string, unknown>>;
  readonly project?: Readonly<Record<string, unknown>>;
}

function userWith({ user, project }: Settings): TempHome {
  const made = makeTempHome();
  if (user !== undefined) writeFile(path.join(made.home, ".claude/settings.json"), user);
  if (project !== undefined) writeFile(path.join(made.project, ".claude/settings.json"), project);
  return made;
}

function run(
  { home, project }: { readonly home: string; readonly project: string },
  ...words: readonly string[]
): { status: number | null; out: string; err: string } {
  const args = [path.resolve("dist/sandhook.mjs"), "explain", ...words];
  const env = { HOME: home, PATH: "/usr/bin:/bin", LANG: "C.UTF-8", GITHUB_TOKEN: "x" };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    env,
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
}

function explain(
  user: { readonly home: string; readonly project: string },
  command: string,
): z.infer<typeof explainReport> & { readonly status: number | null } {
  const { status, out } = run(user, "--json", "--", command);
  return { status, ...explainReport.parse(JSON.parse(out)) };
}

const DENIED = { permissions: { deny: ["Bash(curl *)"] } };

describe.runIf(engineAvailable("bubblewrap"))("sandhook explain", () => {
  it("says what the hook decides, down to the line, and writes nothing", () => {
    const ground = bubblewrapGround({ env: { set: { MODE: "test" } } });
    const before = readdirSync(ground.home, { recursive: true });
    const report = explain(ground, "npm test");
    expect(readdirSync(ground.home, { recursive: true })).toEqual(before);
    expect([report.status, report.verdict.kind, report.verdict.permission]).toEqual([0, "sandbox", "allow"]);
    expect(report.engine).toBe("bubblewrap");
    expect(report.environment?.withheld).toEqual(["GITHUB_TOKEN"]);
    expect(report.environment?.set).toEqual(["MODE"]);
    expect(report.mounts).toContainEqual({ path: ground.project, view: "writable" });
    expect(report.mounts).toContainEqual({ path: path.join(ground.home, ".ssh"), view: "empty-folder" });
    expect(report.settings).toContainEqual({
      key: "engine",
      value: "bubblewrap",
      source: path.join(ground.home, ".claude/settings.json"),
    });
    const withoutId = (line = ""): string => line.replaceAll(/[0-9a-f]{16}/g, "ID");
    expect(withoutId(report.line)).toBe(withoutId(rewrite(ground, "npm test")));
  });

  it("names the rule that denies, and the file it stands in", () => {
    const user = userWith({ user: DENIED });
    const report = explain(user, "ls && curl example.org");
    const source = path.join(user.home, ".claude/settings.json");
    expect([report.status, report.verdict.code]).toEqual([1, "rule.deny"]);
    expect(report.rule).toEqual({
      behavior: "deny",
      rule: "Bash(curl *)",
      source,
      part: "curl example.org",
    });
    expect([report.engine, report.line, report.mounts]).toEqual([undefined, undefined, []]);
  });

  it("names what a project may not widen", () => {
    const user = userWith({ project: { sandhook: { network: "open", autoAllow: false } } });
    const report = explain(user, "true");
    const source = path.join(user.project, ".claude/settings.json");
    expect([report.network, report.verdict.permission]).not.toContain("open");
    expect(report.ignored).toContainEqual({ key: "network.mode", source, reason: "widens" });
    expect(report.settings).toContainEqual({ key: "autoAllow", value: false, source });
  });

  it("says that an invalid file refuses every command, and what to correct", () => {
    const user = userWith({ user: { sandhook: { netwrok: "open" } } });
    const { status, err } = run(user, "--", "true");
    expect(status).toBe(2);
    expect(err).toMatch(/settings\.json: sandhook: unknown key "netwrok"\nDid you mean "network"\?/);
  });

  it("shows people the same, and asks for a command when there is none", () => {
    const user = userWith({});
    const { status, out } = run(user, "--", "npm", "test");
    expect(status).toBe(0);
    expect(out).toMatch(/^npm test\nverdict {5}runs in a sandbox, without a question\n/);
    expect(out).toMatch(/\nengine {6}bubblewrap \(chosen\): works here\n/);
    expect(out).toMatch(/\n {2}withheld {2}GITHUB_TOKEN\n/);
    expect(run(user).err).toContain("sandhook explain -- npm test");
  });
});
