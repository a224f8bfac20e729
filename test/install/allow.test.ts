import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { openTerminal } from "../support/pty.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const settingsOf = ({ home }: TempHome): string => path.join(home, ".claude/settings.json");

function userWith(text: string): TempHome {
  const user = makeTempHome();
  writeFile(settingsOf(user), text);
  mkdirSync(path.join(user.home, "data"));
  symlinkSync(path.join(user.home, ".claude"), path.join(user.home, "linked"));
  return user;
}

function allow(user: TempHome, ...words: string[]): { status: number | null; text: string; file: string } {
  const args = [path.resolve("dist/sandhook.mjs"), "allow", ...words];
  const env = { HOME: user.home, PATH: "/usr/bin:/bin" };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: user.project,
    env,
    encoding: "utf8",
  });
  return { status, text: stdout + stderr, file: readFileSync(settingsOf(user), "utf8") };
}

const COMMENTED = '{\n  // mine\n  "sandhook": {\n    "network": "none"\n  }\n}\n';

it("adds one entry, keeps every other byte, shows the change, and changes nothing unasked", () => {
  const user = userWith(COMMENTED);
  const asked = allow(user, "write", "~/data");
  expect([asked.status, asked.file]).toEqual([1, COMMENTED]);
  expect(asked.text).toMatch(/\+ {4}"filesystem": \{[\s\S]*allowWrite[\s\S]*--yes/);
  const first = allow(user, "write", "~/data", "--yes");
  expect(first.status).toBe(0);
  expect(first.file).toBe(
    COMMENTED.replace(
      '"none"\n',
      '"none",\n    "filesystem": {\n      "allowWrite": [\n        "~/data"\n      ]\n    }\n',
    ),
  );
  const again = allow(user, "write", path.join(user.home, "data"), "--yes");
  expect([again.status, again.file]).toEqual([0, first.file]);
  expect(again.text).toContain("is allowed already");
});

it("writes the project's or the local file as well, which count once they are trusted", () => {
  const user = userWith("{}");
  mkdirSync(path.join(user.project, ".git/hooks"), { recursive: true });
  const own = (name: string): unknown =>
    (JSON.parse(readFileSync(path.join(user.project, ".claude", name), "utf8")) as Record<string, unknown>)[
      "sandhook"
    ];
  const written = allow(user, "write", ".git/hooks", "--scope", "project", "--yes");
  expect([written.status, written.file]).toEqual([0, "{}"]);
  expect(written.text).toContain("has typed: sandhook trust");
  expect(own("settings.json")).toEqual({ filesystem: { allowWrite: ["./.git/hooks"] } });
  expect(allow(user, "env", "MY_TOKEN", "--scope", "local", "--yes").status).toBe(0);
  expect(own("settings.local.json")).toEqual({ env: { pass: ["MY_TOKEN"] } });
  expect(allow(user, "write", ".claude", "--scope", "project", "--yes").text).toContain(
    "decides what Claude Code",
  );
  expect(allow(user, "env", "A", "--scope", "team").status).toBe(2);
});

it("turns a closed network into a list of one host, and leaves an open one alone", () => {
  const user = userWith(COMMENTED);
  const listed = allow(user, "network", "example.org", "--yes");
  expect([listed.status, listed.file]).toEqual([
    0,
    COMMENTED.replace('"none"', '{"allowedDomains":["example.org"]}'),
  ]);
  const open = '{"sandhook":{"network":"open"}}';
  const left = allow(userWith(open), "network", "example.org", "--yes");
  expect([left.status, left.file]).toEqual([0, open]);
});

it("refuses what would change nothing, opens too much, or cannot be read", () => {
  const denied = userWith('{"sandhook":{"filesystem":{"denyWrite":["~/data"]}}}');
  const refusals: readonly (readonly [TempHome, readonly string[], number, RegExp])[] = [
    [denied, ["write", "~/data"], 1, /would change nothing: a denial covers the path/],
    [denied, ["write", "~"], 2, /holds the whole home folder/],
    [denied, ["read", "/"], 2, /holds the whole home folder/],
    [denied, ["write", "~/linked"], 1, /decides what Claude Code or sandhook runs later/],
    [denied, ["write", "~/missing"], 2, /does not exist/],
    [denied, ["env", "A B"], 2, /is no name of a variable/],
    [userWith('{"sandhook": {"filesystem": []}}'), ["read", "~/data"], 1, /is not an object/],
    [userWith("{oops"), ["read", "~/data"], 1, /is not valid JSON/],
  ];
  for (const [user, words, status, reason] of refusals) {
    const before = readFileSync(settingsOf(user), "utf8");
    const result = allow(user, ...words, "--yes");
    expect([result.status, result.file], result.text).toEqual([status, before]);
    expect(result.text).toMatch(reason);
  }
});

it("asks on a terminal, and takes only a yes", async () => {
  const user = userWith(COMMENTED);
  const line = `${process.execPath} ${path.resolve("dist/sandhook.mjs")} allow env GITHUB_TOKEN; echo code $?; sleep 600`;
  for (const [answer, code] of [
    ["n", 1],
    ["y", 0],
  ] as const) {
    const terminal = openTerminal(
      { file: "/bin/sh", args: ["-c", line] },
      { env: { HOME: user.home, PATH: "/usr/bin:/bin", TERM: "xterm", LANG: "C.UTF-8" }, cwd: user.project },
    );
    await terminal.waitFor(/Make this change\?/, 60_000);
    terminal.send(answer, "Enter");
    await terminal.waitFor(new RegExp(`code ${code}`), 60_000);
    expect(readFileSync(settingsOf(user), "utf8").includes("GITHUB_TOKEN")).toBe(code === 0);
  }
});
