import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, makeGround, ownAccount } from "../engines/ground.ts";
import { askInstalledHook, askTool } from "../support/ask-tool.ts";

/** What is there beside the ordinary ground; paths count from its root, links from where they stand. */
const FILES = [
  "home/.aws/credentials",
  "home/.claude/CLAUDE.md",
  "home/.claude/.credentials.json",
  "home/.claude/projects/-other/secret.jsonl",
  "home/.config/gh/hosts.yml",
  "home/.bashrc",
  "home/notes.txt",
  "pro ject/.claude/worktrees/w/a",
  "pro ject/src/a.ts",
  "pro ject/.env",
  "pro ject/na\u00efve",
  "pro ject/ends in space ",
  "pro ject/docs/fixed/old.md",
  "pro ject/real-editor/settings.json",
  "pro ject/scripts/pre-commit",
];
const LINKS: readonly (readonly [at: string, to: string])[] = [
  ["pro ject/key", "../home/.ssh/id_rsa"],
  ["pro ject/keys", "../home/.ssh"],
  ["pro ject/again", "keys"],
  ["pro ject/settings", ".claude/settings.json"],
  ["pro ject/settings-again", "settings"],
  ["pro ject/git-hooks", ".git/hooks"],
  ["pro ject/.idea", "real-editor"],
  ["pro ject/round", "round"],
  ["pro ject/home", "../home"],
];

/** `$HOME`, `$PROJECT` and `$TMP` (the project's own temp folder) are replaced; `\0` and the like are themselves. */
type Row = readonly [tool: string, target: string, expected: "pass" | "ask" | RegExp];

const SECRET = /may hold secrets \(rule: secret ~\/\.\S+\)[\s\S]*sandhook\.filesystem\.allowRead/;
const PROTECTED = /must stay as it is \(rule: protected path/;
const SETTINGS = /must stay as it is \(rule: protected path[\s\S]*No setting opens it/;

const ROWS: readonly Row[] = [
  // What ordinary work needs.
  ["Read", "$PROJECT/src/a.ts", "pass"],
  ["Read", "src/a.ts", "pass"],
  ["Read", "$PROJECT/.git/config", "pass"],
  ["Read", "/etc/passwd", "pass"],
  ["Read", "/usr/share/doc", "pass"],
  ["Read", "$HOME/notes.txt", "pass"],
  ["Read", "~/.claude/CLAUDE.md", "pass"],
  ["Read", "$TMP/made-by-a-command", "pass"],
  ["Read", "/tmp/claude-$UID/$SLUG/s/tasks/b1.output", "pass"],
  ["Read", "~/.claude/projects/$SLUG/s/tool-results/b1.txt", "pass"],
  ["Edit", "$PROJECT/src/a.ts", "pass"],
  ["Write", "$PROJECT/new/deep/er/file", "pass"],
  ["Write", "new-file", "pass"],
  ["Write", "$PROJECT/.git/COMMIT_EDITMSG", "pass"],
  ["Write", "$PROJECT/.claude/worktrees/w/x", "pass"],
  ["Write", "$TMP/x", "pass"],
  ["Write", "~/.claude/plans/a-plan.md", "pass"],
  ["Write", "~/.claude/projects/$SLUG/memory/MEMORY.md", "pass"],
  ["Write", "/tmp/claude-$UID/$SLUG/s/scratchpad/x", "pass"],
  ["NotebookEdit", "$PROJECT/a.ipynb", "pass"],
  ["Glob", "**/*.ts", "pass"],
  ["LS", "$PROJECT", "pass"],
  ["Grep", "$PROJECT/src", "pass"],
  // Secrets, by every way to write their path.
  ["Read", "$HOME/.ssh/id_rsa", SECRET],
  ["Read", "~/.ssh/id_rsa", SECRET],
  ["Read", "  ~/.ssh/id_rsa ", SECRET],
  ["Read", "../home/.ssh/id_rsa", SECRET],
  ["Read", "$PROJECT/src/../../home/./.ssh//id_rsa", SECRET],
  ["Read", "$HOME/.ssh/", SECRET],
  ["Read", "$HOME/.SSH/id_rsa", SECRET],
  ["Read", "$HOME/.\u017fsh/id_rsa", SECRET],
  ["Read", "$HOME/.ssh/new-key", SECRET],
  ["Read", "$HOME/.aws/credentials", SECRET],
  ["Read", "~/.claude/settings.json", SECRET],
  ["Read", "~/.claude/.credentials.json", SECRET],
  ["Read", "~/.claude/projects/-other/secret.jsonl", SECRET],
  ["Read", "~/.local/share/sandhook/jobs", SECRET],
  ["Read", "/etc/shadow", /may hold secrets \(rule: secret \/etc\/shadow\)/],
  ["Edit", "~/.ssh/config", SECRET],
  ["Write", "~/.ssh/authorized_keys", SECRET],
  ["Write", "~/.netrc", SECRET],
  ["NotebookEdit", "~/.ssh/id_rsa", SECRET],
  ["Grep", "~/.ssh", SECRET],
  ["Glob", "~/.ssh/*", SECRET],
  ["Glob", "../home/.ssh/*", SECRET],
  ["Glob", "src/**/../../../home/.ssh/*", /leads out of its folder/],
  ["LS", "~/.aws", SECRET],
  ["LSP", "~/.ssh/id_rsa", SECRET],
  [
    "Read",
    "$PROJECT/.env",
    /\.env is hidden \(rule: filesystem\.denyRead "\.\/\.env" of \S+settings\.json\)/,
  ],
  ["Write", "$PROJECT/.env", /\.env is hidden/],
  // Through symlinks in every position.
  ["Read", "$PROJECT/key", SECRET],
  ["Read", "$PROJECT/keys/id_rsa", SECRET],
  ["Read", "$PROJECT/again/id_rsa", SECRET],
  ["Read", "$PROJECT/keys/../.ssh/id_rsa", SECRET],
  ["Read", "$PROJECT/keys/../.aws/credentials", SECRET],
  ["Read", "home/.ssh/id_rsa", SECRET],
  ["Read", "/proc/self/root$HOME/.ssh/id_rsa", SECRET],
  ["Grep", "$PROJECT/again", SECRET],
  ["Write", "$PROJECT/key", SECRET],
  // The kernel's views.
  ["Read", "/proc/self/environ", /view of the kernel/],
  ["Read", "/proc/1/environ", /view of the kernel/],
  ["Read", "/dev/fd/0", /view of the kernel/],
  ["Write", "/proc/sys/kernel/core_pattern", /view of the kernel/],
  // Searches that would come across them.
  ["Grep", "$HOME", /the search would read ~\/\.\S+, which is hidden/],
  ["Grep", "/", /the search would read/],
  ["Grep", ".", /the search would read \S+pro ject\/\.env/],
  // What decides what runs later.
  ["Write", "$PROJECT/.claude/settings.json", SETTINGS],
  ["Write", ".claude/settings.local.json", SETTINGS],
  ["Edit", ".claude/settings.json", SETTINGS],
  ["MultiEdit", "src/../.claude/settings.json", SETTINGS],
  ["Write", ".CLAUDE/Settings.json", PROTECTED],
  ["Write", ".cl\u200caude/settings.json", PROTECTED],
  ["Write", ".claude/hooks/x", SETTINGS],
  ["Write", ".claude/commands/x.md", /protected path[\s\S]*adds "\S+ ject\/\.claude\/commands"/],
  ["Write", ".mcp.json", PROTECTED],
  ["Write", ".vscode/tasks.json", PROTECTED],
  ["Write", ".git/hooks/pre-commit", PROTECTED],
  ["Write", ".git/config", PROTECTED],
  ["Write", ".git/commondir", PROTECTED],
  ["Write", "$HOME/.bashrc", PROTECTED],
  ["Write", "$HOME/.profile", PROTECTED],
  ["Write", "/etc/claude-code/managed-settings.json", PROTECTED],
  ["Write", "docs/fixed/old.md", /rule: filesystem\.denyWrite "docs\/fixed" of \S+settings\.json/],
  ["Write", "docs/fixed/new.md", /rule: filesystem\.denyWrite/],
  ["Write", "docs/later/new.md", /rule: filesystem\.denyWrite "docs\/later"/],
  ["Write", "caf\u00e9/x", /rule: filesystem\.denyWrite/],
  ["Write", "cafe\u0301/x", /rule: filesystem\.denyWrite/],
  ["Read", "nai\u0308ve", /rule: filesystem\.denyRead/],
  ["Write", ".claude/settings.json/", SETTINGS],
  ["Write", ".git//hooks/./x/", PROTECTED],
  ["Write", `${"src/../".repeat(550)}.git/hooks/x`, PROTECTED],
  ["Read", `${"src/../".repeat(550)}../home/.ssh/id_rsa`, SECRET],
  ["Write", `${"src/../".repeat(550)}src/new.ts`, "pass"],
  ["Write", "$PROJECT/settings", /must stay as it is|symbolic link/],
  ["Write", "$PROJECT/settings-again", /must stay as it is|symbolic link/],
  ["Write", "$PROJECT/git-hooks/pre-commit", PROTECTED],
  ["Write", "$PROJECT/.idea/workspace.xml", PROTECTED],
  ["Write", "$PROJECT/real-editor/settings.json", PROTECTED],
  ["Write", "$PROJECT/.idea", PROTECTED],
  ["Write", "home/.bashrc", PROTECTED],
  ["Write", "$PROJECT/round", /symbolic link/],
  // Outside of what can be written.
  ["Write", "$HOME/notes.txt", "ask"],
  ["Edit", "/etc/hosts", "ask"],
  ["Write", "$PROJECT-2/x", "ask"],
  ["Write", "/tmp/x", /do not share this machine's \/tmp; write below \S+, which is TMPDIR/],
  // Paths that no file has.
  ["Read", "src/a\0b", /NUL/],
  ["Read", `/${"x/".repeat(2100)}`, /longer than 4095 bytes/],
  ["Write", "x".repeat(300), /longer than 255 bytes/],
  ["Read", "ä".repeat(200), /longer than 255 bytes/],
  // The web, without a network.
  [
    "WebFetch",
    "https://example.org/",
    /no network \(rule: network\.mode none[\s\S]*adds "example\.org" to sandhook\.network\.allowedDomains/,
  ],
];

const FIELDS: Readonly<Record<string, string>> = {
  NotebookEdit: "notebook_path",
  Grep: "path",
  LS: "path",
  Glob: "pattern",
  LSP: "filePath",
  WebFetch: "url",
};

let ground: Ground;

function make(settings: Record<string, unknown>): Ground {
  const made = makeGround("tools", ownAccount(), settings);
  for (const file of FILES) {
    mkdirSync(path.dirname(path.join(made.root, file)), { recursive: true });
    writeFileSync(path.join(made.root, file), "text\n");
  }
  for (const [at, to] of LINKS) symlinkSync(to, path.join(made.root, at));
  return made;
}

function fill(text: string): string {
  const values: Readonly<Record<string, string>> = {
    $HOME: ground.home,
    $PROJECT: ground.project,
    $UID: String(ground.account.uid),
    $SLUG: ground.project.replace(/[^A-Za-z0-9]/g, "-"),
    $TMP: temporaryFolder(),
  };
  return text.replace(/\$(?:HOME|PROJECT|UID|SLUG|TMP)/g, (name) => values[name] ?? name);
}

/** The project's own temp folder is named after a digest of its path. */
function temporaryFolder(): string {
  const digest = execFileSync("sh", ["-c", 'printf %s "$1" | sha256sum', "sh", ground.project], {
    encoding: "utf8",
  });
  return path.join(ground.home, ".cache/sandhook/tmp", `pro-ject-${digest.slice(0, 12)}`);
}

function expectReply(reply: ReturnType<typeof askTool>, expected: Row[2]): void {
  if (expected === "pass") expect(reply).toEqual({ kind: "pass", reason: "" });
  else if (expected === "ask")
    expect([reply.kind, reply.reason]).toEqual([
      "ask",
      expect.stringContaining("outside of what can be written"),
    ]);
  else expect([reply.kind, reply.reason]).toEqual(["deny", expect.stringMatching(expected)]);
}

describe("a file tool", () => {
  beforeAll(() => {
    ground = make({
      filesystem: {
        denyRead: ["./.env", "na\u00efve"],
        denyWrite: ["docs/fixed", "docs/later", "caf\u00e9"],
      },
    });
  });
  afterAll(() => {
    rmSync(ground.root, { recursive: true, force: true });
  });

  it.each(ROWS.map(([tool, target, expected]) => ({ tool, target, expected, shown: target.slice(0, 60) })))(
    "G-14 is held to the policy of commands: $tool $shown",
    ({ tool, target, expected }) => {
      const input = { [FIELDS[tool] ?? "file_path"]: fill(target), content: "x" };
      expectReply(askTool(ground, tool, input), expected);
    },
  );

  it("G-14 holds when the client starts the hook; nothing of a file is said", () => {
    const refused = askInstalledHook(ground, "Read", { file_path: "~/.ssh/id_rsa" });
    expect(refused.kind).toBe("deny");
    expect(refused.reason).toMatch(/^sandhook: Read was not run: ~\/\.ssh\/id_rsa may hold secrets/);
    expect(refused.reason).not.toContain("key of the host");
    expect(askInstalledHook(ground, "Write", { file_path: "/etc/hosts" }).kind).toBe("ask");
    expect(askInstalledHook(ground, "WebFetch", { url: "https://example.org" }).kind).toBe("deny");
    expect(askInstalledHook(ground, "Edit", { file_path: "src/a.ts" })).toEqual({ kind: "pass", reason: "" });
    const unusable = askInstalledHook(ground, "Read", { file_path: 7 });
    expect([unusable.kind, unusable.reason]).toEqual([
      "deny",
      expect.stringContaining("does not say what it is about"),
    ]);
  });
});

describe("with other settings", () => {
  const use = (settings: Record<string, unknown>): void => {
    writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
  };
  beforeAll(() => {
    ground = make({});
  });
  afterAll(() => {
    rmSync(ground.root, { recursive: true, force: true });
  });
  const ask = (tool: string, target: string): ReturnType<typeof askTool> =>
    askTool(ground, tool, { [FIELDS[tool] ?? "file_path"]: fill(target) });

  it("G-14 is off by tools: false, of the user but not of a project", () => {
    use({ sandhook: { tools: false } });
    expect(ask("Read", "~/.ssh/id_rsa").kind).toBe("pass");
    expect(ask("WebFetch", "https://example.org/").kind).toBe("pass");
    use({});
    mkdirSync(path.join(ground.project, ".claude"), { recursive: true });
    const file = path.join(ground.project, ".claude/settings.json");
    writeFileSync(
      file,
      JSON.stringify({ sandhook: { tools: false, filesystem: { allowRead: ["~/.ssh"] } } }),
    );
    expect(ask("Read", "~/.ssh/id_rsa").kind).toBe("deny");
    rmSync(file);
  });

  it("G-14 opens what the user opens, and not more", () => {
    use({
      sandhook: {
        filesystem: { allowRead: ["~/.ssh/config", "~/.aws"], allowWrite: ["~/notes.txt", ".vscode"] },
      },
    });
    mkdirSync(path.join(ground.project, ".vscode"), { recursive: true });
    expect(ask("Read", "~/.aws/credentials").kind).toBe("pass");
    expect(ask("Read", "~/.ssh/id_rsa").kind).toBe("deny");
    expect(ask("Write", "~/notes.txt").kind).toBe("pass");
    expect(ask("Write", ".vscode/tasks.json").kind).toBe("pass");
    expect(ask("Write", ".claude/settings.json").kind).toBe("deny");
  });

  it("G-14 keeps the client's own rules about paths", () => {
    use({ permissions: { deny: ["Read(./src/a.ts)", "Edit(/docs/**)"] } });
    expect(ask("Read", "src/a.ts").kind).toBe("deny");
    expect(ask("Write", "src/b.ts").kind).toBe("pass");
  });

  it("G-14 writes nothing but temporary files under a read-only profile", () => {
    use({ sandhook: { profile: "read-only" } });
    expect(ask("Write", "src/a.ts").reason).toContain("profile read-only");
    expect(ask("Write", "/etc/hosts").kind).toBe("deny");
    expect(ask("Write", ".claude/plans/x.md").kind).toBe("deny");
    expect(ask("Write", "$TMP/x").kind).toBe("pass");
    expect(ask("Read", "src/a.ts").kind).toBe("pass");
  });

  it("G-14 reads only what a strict profile lists", () => {
    use({ sandhook: { profile: "strict" } });
    expect(ask("Read", "/var/log/dpkg.log").reason).toContain("not among the folders that can be read");
    for (const path of ["src/a.ts", "/usr/include", "~/.claude/CLAUDE.md", "$TMP/x"])
      expect(ask("Read", path)).toEqual({ kind: "pass", reason: "" });
  });

  it.each<readonly [url: string, expected: "pass" | RegExp]>([
    ["https://docs.example.org/a?b", "pass"],
    ["https://DOCS.example.ORG./", "pass"],
    ["http://docs.example.org/", "pass"],
    ["https://docs.example.org:8443/", /not on port 8443/],
    ["https://example.org/", /host-not-listed|no entry of network\.allowedDomains allows example\.org/],
    ["https://bad.example.org/", /rule: network\.deniedDomains bad\.example\.org of \S+settings\.json/],
    ["https://docs.example.org@evil.test/", /allows evil\.test/],
    ["https://evil.test/docs.example.org", /allows evil\.test/],
    ["https://docs.example.org.evil.test/", /evil\.test/],
    ["http://169.254.169.254/latest", /allows 169\.254\.169\.254/],
    ["http://0xa9fea9fe/", /allows 169\.254\.169\.254/],
    ["http://[::ffff:127.0.0.1]/", /allows 127\.0\.0\.1/],
    ["http://localhost:3000/", /allows localhost/],
    ["https://d\u00f6cs.example.test/", /xn--dcs/],
    ["file:///etc/passwd", /not an http or https address/],
    ["no address", /not an http or https address/],
  ])("G-14 holds WebFetch to the network policy: %s", (url, expected) => {
    use({
      sandhook: { network: { allowedDomains: ["*.example.org"], deniedDomains: ["bad.example.org"] } },
    });
    expectReply(ask("WebFetch", url), expected);
  });

  it("G-14 leaves WebFetch to the client where the network is open, but for denials", () => {
    use({ sandhook: { network: { mode: "open", deniedDomains: ["bad.example.org"] } } });
    expect(ask("WebFetch", "https://example.org/").kind).toBe("pass");
    expect(ask("WebFetch", "https://bad.example.org/").kind).toBe("deny");
  });

  it("G-14 refuses when the settings cannot be used", () => {
    use({ sandhook: { tool: false } });
    expect(ask("Read", "src/a.ts").reason).toMatch(/^Read was not run: [\s\S]*unknown key "tool"/);
  });
});
