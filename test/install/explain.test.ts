import { spawnSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { explainReport, explainToolReport } from "../../src/cli/report-schemas.ts";
import { rewrite } from "../engines/ground.ts";
import { askTool } from "../support/ask-tool.ts";
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

  it("says what the hook says about a file tool, by each reading of its path", () => {
    const ground = bubblewrapGround({ network: "none" });
    symlinkSync(path.join(ground.home, ".ssh"), path.join(ground.project, "keys"));
    const tool = (name: string, ...flags: readonly string[]): z.infer<typeof explainToolReport> => {
      const { out, err } = run(ground, "--json", "--tool", name, ...flags);
      expect(err).toBe("");
      return explainToolReport.parse(JSON.parse(out));
    };
    for (const [name, field, target] of [
      ["Read", "path", "keys/id_rsa"],
      ["Write", "path", "/etc/hosts"],
      ["Glob", "pattern", "~/.ssh/*"],
      ["WebFetch", "url", "https://example.org/"],
    ] as const) {
      const { verdict } = tool(name, `--${field}`, target);
      const own = field === "path" ? "file_path" : field;
      const hook = askTool(ground, name, { [own]: target });
      expect([name, verdict.kind]).toEqual([name, hook.kind === "deny" ? "refuse" : hook.kind]);
      for (const part of [verdict.rule, verdict.change]) expect(hook.reason).toContain(part ?? "");
    }
    const read = tool("Read", "--path", "keys/id_rsa");
    expect(read.verdict).toMatchObject({ code: "file.secret", key: "filesystem.allowRead" });
    expect(read.places).toContain(path.join(ground.home, ".ssh/id_rsa"));
    expect(read.verdict.allow).toEqual(["read", "~/.ssh"]);
    const people = run(ground, "--tool", "Read", "--path", "keys/id_rsa");
    expect(people.out).toMatch(/^or type {5}sandhook allow read '~\/\.ssh'\n/m);
    expect([people.status, people.out]).toEqual([1, expect.stringMatching(/^verdict {5}is refused\n/m)]);
    // What is offered has the effect.
    const typed = spawnSync(
      process.execPath,
      [path.resolve("dist/sandhook.mjs"), "allow", ...(read.verdict.allow ?? []), "--yes"],
      { cwd: ground.project, env: { HOME: ground.home, PATH: "/usr/bin:/bin" } },
    );
    expect([typed.status, tool("Read", "--path", "keys/id_rsa").verdict.kind]).toEqual([0, "pass"]);
    for (const wrong of [
      ["WebFetch", "--path", "x"],
      ["Read", "--path", "x", "--", "ls"],
    ])
      expect(run(ground, "--tool", ...wrong)).toMatchObject({
        status: 2,
        err: expect.stringContaining("sandhook explain --tool") as string,
      });
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
