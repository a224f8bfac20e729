import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { settingsReader } from "../../../src/config/settings-reader.ts";
import { hostPath } from "../../../src/core/paths.ts";
import type { EngineName } from "../../../src/core/plan.ts";
import { explainFailure, renderReason } from "../../../src/explain/failure/explain-failure.ts";
import type { FailedCall } from "../../../src/explain/failure/failure-reason.ts";
import { nodeHost } from "../../../src/host/node-host.ts";

import { planSandbox } from "../../../src/policy/plan.ts";
import { resolveProject } from "../../../src/policy/resolve-project.ts";
import { makeTempHome, type TempHome, writeFile } from "../../support/temp-home.ts";

interface Situation {
  readonly command?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly engine?: EngineName;
  readonly refused?: FailedCall["refused"];
  readonly exit?: number;
  /** What the user may not do without a sandbox either. */
  readonly closed?: boolean;
}

/** HOME and PROJECT in a text stand for the user's folders. */
function place(text: string, { home, project }: TempHome): string {
  return text.replaceAll("HOME", home).replaceAll("PROJECT", project);
}

/** A user with a key, in a repository whose network is closed. */
function explain(output: string, situation: Situation = {}): string | undefined {
  const {
    command = "make",
    settings = {},
    engine = "bubblewrap",
    refused = [],
    closed = false,
    exit = 1,
  } = situation;
  const user = makeTempHome({ git: true });
  writeFile(path.join(user.home, ".ssh/id_rsa"), "key");
  writeFile(path.join(user.home, "data/file"), "x");
  writeFile(path.join(user.home, ".claude/settings.json"), { sandhook: { network: "none", ...settings } });
  mkdirSync(path.join(user.project, "sub"));
  writeFileSync(path.join(user.project, "vault"), "x");
  const host = nodeHost({ HOME: user.home });
  const { project, config } = resolveProject(host, hostPath(user.project), settingsReader);
  const call = {
    tool: "Bash",
    command,
    cwd: project.root,
    sessionId: undefined,
    toolUseId: undefined,
    agentId: undefined,
    permissionMode: undefined,
    background: false,
    wantsUnsandboxed: false,
  };
  const plan = planSandbox({ host, config, project, call, engine, temporary: hostPath(`${user.home}/tmp`) });
  const reason = explainFailure({
    host,
    engine,
    plan,
    config,
    output: place(`Exit code ${exit}\n${output}`, user),
    refused,
    canWrite: () => !closed,
    canRead: () => !closed,
  });
  return reason && renderReason(reason).replaceAll(user.home, "HOME").replaceAll(user.project, "PROJECT");
}

const OUTSIDE = (where: string, folder: string): string =>
  `sandhook: ${where} lies outside of the folders that sandboxed commands may write (key: sandhook.filesystem.allowWrite).\nTo allow it, a person types: sandhook allow write ${folder}`;
const HELD = (where: string): string =>
  `sandhook: ${where} stays as it is during sandboxed commands (rule: the built-in list of protected paths; key: sandhook.filesystem.allowWrite).\nTo allow it, a person types: sandhook allow write ${where}`;
const KEY =
  "sandhook: HOME/.ssh is hidden from sandboxed commands (rule: the built-in list of places with secrets; key: sandhook.filesystem.allowRead).\nTo allow it, a person types: sandhook allow read HOME/.ssh/id_rsa";
const CLOSED = (host?: string): string =>
  `sandhook: sandboxed commands have no network here (key: sandhook.network, HOME/.claude/settings.json).${host === undefined ? "" : `\nTo allow it, a person types: sandhook allow network ${host}`}`;

describe("a failed command is explained", () => {
  it.each<[output: string, explanation: string, situation?: Situation]>([
    ["bash: line 1: HOME/x: Read-only file system", "HOME/x lies outside of the folders"],
    ["touch: cannot touch 'HOME/data/new': Read-only file system", OUTSIDE("HOME/data/new", "HOME/data")],
    [
      "mkdir: cannot create directory ‘HOME/data/a’: Read-only file system",
      OUTSIDE("HOME/data/a", "HOME/data"),
    ],
    ["Error: EROFS: read-only file system, open 'HOME/data/n'", OUTSIDE("HOME/data/n", "HOME/data")],
    ["OSError: [Errno 30] Read-only file system: 'HOME/data/p'", OUTSIDE("HOME/data/p", "HOME/data")],
    ["open HOME/data/g: read-only file system", OUTSIDE("HOME/data/g", "HOME/data")],
    ["bash: line 1: .git/hooks/pre-commit: Read-only file system", HELD("PROJECT/.git/hooks")],
    ["error: could not write config file .git/config: Device or resource busy", HELD("PROJECT/.git/config")],
    ["error: could not lock config file .git/config: Read-only file system", HELD("PROJECT/.git/config")],
    ["bash: .claude/settings.json: Read-only file system", "no setting opens it"],
    [
      "bash: vault: Read-only file system\nbash: ./vault: Read-only file system",
      '(rule: "vault" of HOME/.claude/settings.json; key: sandhook.filesystem.denyWrite)',
      { settings: { filesystem: { denyWrite: ["vault"] } } },
    ],
    [
      "touch: cannot touch './new': Read-only file system",
      "sandhook: the profile read-only of HOME/.claude/settings.json lets commands read the project and not write it (key: sandhook.profile).",
      { settings: { profile: "read-only" } },
    ],
    ["cat: HOME/.ssh/id_rsa: No such file or directory", KEY, { command: "cat ~/.ssh/id_rsa" }],
    ['Load key "HOME/.ssh/id_rsa": No such file or directory', KEY],
    ["FileNotFoundError: [Errno 2] No such file or directory: 'HOME/.ssh/id_rsa'", KEY],
    ["curl: (6) Could not resolve host: example.org", CLOSED("example.org")],
    [
      "ssh: Could not resolve hostname git.example.org: Temporary failure in name resolution",
      CLOSED("git.example.org"),
    ],
    [
      "fatal: unable to access 'https://github.com/a/b.git/': Could not resolve host: github.com",
      CLOSED("github.com"),
    ],
    ["npm error code EAI_AGAIN\nnpm error errno EAI_AGAIN", CLOSED()],
    [
      "",
      "sandhook: the proxy refused example.org to this command (host-not-listed; key: sandhook.network.allowedDomains).\nTo allow it, a person types: sandhook allow network example.org",
      { refused: [{ host: "example.org", code: "host-not-listed" }] },
    ],
    [
      "cp: cannot stat 'HOME/data/file': No such file or directory",
      "sandhook: the project's container has a home folder of its own, without HOME/data/file (key: sandhook.container.mounts).",
      { engine: "docker" },
    ],
  ])("%s", (output, explanation, situation) => {
    expect(explain(output, situation)).toContain(explanation);
  });

  it.each<[line: string, code: string, engine?: EngineName, exit?: number]>([
    [
      "sandhook: the command was not run: the image x:1 is not here and could not be pulled [image.unavailable]",
      "the image of the project's container is not there and could not be made (image.unavailable;",
    ],
    [
      "sandhook: the command was not run: the docker daemon is not running [engine.down]",
      "engine cannot be used",
    ],
    [
      "sandhook: the command was not run: docker could not start the sandbox",
      "the sandbox could not be started",
    ],
    [
      "sandhook: the container was out of memory, and processes were killed. Its limit is sandhook.container.memory.",
      "the limit of memory was met, and processes were killed (key: sandhook.container.memory,",
      "docker",
      137,
    ],
    [
      "sandhook: the container had too many processes, and no more could be started. Its limit is sandhook.container.pids.",
      "the limit of processes was met",
      "docker",
      254,
    ],
    [
      "sandhook: the project's container ended while the command ran (stopped, removed or killed). The next command starts another.",
      "the project's container was stopped, removed or killed while the command ran",
      "docker",
      137,
    ],
  ])("%s", (line, explanation, engine = "docker", exit = 125) => {
    const output = `some output\n${line}`;
    expect(explain(output, { engine, exit })).toContain(explanation);
    // The same words in a text that the command shows say nothing.
    expect(
      explain(output, { engine, exit: exit === 125 ? 1 : exit, command: "cat build.log" }),
    ).toBeUndefined();
    if (exit !== 125) expect(explain(output, { engine: "bubblewrap", exit })).toBeUndefined();
  });

  it("tells a sandbox that did not start from a command that failed", () => {
    const refusal = "sandhook: the command was not run: docker could not start the sandbox";
    const started = explain(refusal);
    expect(started).toBeUndefined();
  });
});

describe("a failed command is not explained when the sandbox was not the cause:", () => {
  it.each<[output: string, situation?: Situation]>([
    [""],
    ["AssertionError: expected 1 to be 2"],
    ["make: *** [all] Error 2"],
    ["bash: npm: command not found"],
    ["cat: missing.txt: No such file or directory", { command: "cat missing.txt" }],
    ["cat: HOME/nothing: No such file or directory"],
    ["cat: HOME/.ssh/other: No such file or directory"],
    ["Cannot find module './lib' : ENOENT: no such file or directory, open 'PROJECT/lib.js'"],
    ["bash: ./script.sh: Permission denied"],
    ["cat: /etc/shadow: Permission denied", { closed: true, command: "cat /etc/shadow" }],
    ["touch: cannot touch '/usr/x': Read-only file system", { closed: true }],
    ["touch: cannot touch 'PROJECT/sub/x': Read-only file system"],
    ["touch: cannot touch '/tmp/x': Read-only file system"],
    ["Read-only file system"],
    ["bash: npm: Read-only file system"],
    ["curl: (22) The requested URL returned error: 404"],
    ["curl: (7) Failed to connect to 127.0.0.1 port 8080: Connection refused"],
    ["Error: connect ECONNREFUSED 127.0.0.1:5432"],
    ["curl: (6) Could not resolve host: example.org", { settings: { network: "open" } }],
    ["expected 'Could not resolve host: x' to be ''"],
    ["FAIL test/net.test.ts > says curl: (6) Could not resolve host: example.org"],
    ["curl: (6) Could not resolve host: example.org", { command: "cat build.log && exit 1" }],
    ["touch: cannot touch 'HOME/x': Read-only file system", { command: "grep -r touch logs; false" }],
    ["bash: HOME/data/x: Read-only file system", { engine: "docker" }],
    ["sandhook: the command was not run: says a test"],
    ["Permission denied (publickey)."],
    ["\u0000: Read-only file system"],
    [`${"x".repeat(6000)}: Read-only file system: 'HOME/x'`],
  ])("%s", (output, situation) => {
    expect(explain(output, situation)).toBeUndefined();
  });
});
