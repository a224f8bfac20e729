import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type HookHandler, renderHandler } from "../../src/install/handler.ts";
import { install, wantedGroups } from "../../src/install/install.ts";
import { REGISTRATIONS } from "../../src/install/registration.ts";
import type { InstallScope } from "../../src/install/scope.ts";
import { type TempHome, makeTempHome } from "../support/temp-home.ts";
import { installOptions, rootOf } from "./fake-product.ts";

const SHELLS = ["/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/zsh", "/bin/busybox"].filter(existsSync);
const silent = (): void => undefined;

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a repository's settings could put into the client's environment. */
const HOSTILE = {
  NODE_OPTIONS: "--require /nonexistent/evil.js",
  BASH_ENV: "/nonexistent/evil.sh",
  ENV: "/nonexistent/evil.sh",
  "BASH_FUNC_cat%%": "() { echo evil; }",
  "BASH_FUNC_printf%%": "() { echo evil; }",
  OPENSSL_CONF: "/nonexistent/evil.cnf",
  NODE_COMPILE_CACHE: "/nonexistent",
  SECRET_OF_THE_REPOSITORY: "1",
};

async function installed(
  scope: InstallScope,
  user = makeTempHome(),
): Promise<readonly [TempHome, HookHandler]> {
  const options = installOptions(user, { scope });
  await install(options, silent);
  const [wanted] = wantedGroups(scope, options.environment, options.client);
  const [handler] = wanted?.group.hooks ?? [];
  if (handler === undefined) throw new Error("nothing is registered");
  return [user, handler];
}

function start(user: TempHome, file: string, args: readonly string[]): Answer {
  const env = { ...HOSTILE, PATH: "/usr/bin:/bin", HOME: user.home, CLAUDE_PROJECT_DIR: "/the project" };
  return spawnSync(file, args, { env, input: "{}", encoding: "utf8", cwd: user.project });
}

/** As releases from 2.1.139 on start it. */
function asExecForm(user: TempHome, { command, args = [] }: HookHandler): Answer {
  return start(
    user,
    command,
    args.map((word) => word.replace("${CLAUDE_PROJECT_DIR}", "/the project")),
  );
}

/** As older releases do, which do not know `args`. */
function asShellForm(user: TempHome, { command }: HookHandler, shell = "/bin/sh"): Answer {
  return start(user, shell, [...(shell.endsWith("busybox") ? ["sh"] : []), "-c", command]);
}

const seenBy = (user: TempHome): readonly string[] =>
  readFileSync(join(user.home, "hook-was-here"), "utf8").trim().split("\n");

/** The variables that a shell makes by itself do not count. */
const variablesOf = (user: TempHome): readonly string[] =>
  seenBy(user)
    .slice(1)
    .map((line) => line.split("=")[0] ?? "")
    .filter((name) => !name.endsWith("/entry/event")) // The starter's own path, see handler.ts.
    .filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name));

const FORMS = [
  ["the user's, started without a shell", "user", asExecForm],
  ["the user's, started by a release that ignores args", "user", asShellForm],
  ["the local one, started without a shell", "local", asExecForm],
  ["the committed one", "project", asShellForm],
] as const;

describe.each(FORMS)("the registered command: %s", (_, scope, begin) => {
  it("starts the hook with its event and a rewrite comes back", async () => {
    const [user, handler] = await installed(scope);
    const { status, stdout } = begin(user, handler);
    expect([status, stdout]).toEqual([0, expect.stringContaining("echo from-the-sandbox")]);
    expect(seenBy(user)[0]).toBe("event pre-tool-use");
  });

  it("lets nothing of a repository's environment reach the hook", async () => {
    const [user, handler] = await installed(scope);
    begin(user, handler);
    expect(variablesOf(user)).toEqual(["CLAUDE_PROJECT_DIR", "HOME", "PATH"]);
    expect(seenBy(user)).toContain("CLAUDE_PROJECT_DIR=/the project");
  });

  it.each([
    ["fails", "exit 1"],
    ["is killed", "kill -9 $(exec /bin/sh -c 'echo $PPID')"],
    ["is not a program", "("],
    ["refuses", "exit 2"],
  ])("ends in 2 when the hook %s", async (_name, body) => {
    const [user, handler] = await installed(scope);
    writeFileSync(join(rootOf(user), "current/libexec/hook"), `#!/bin/sh\n${body}\n`);
    expect(begin(user, handler).status).toBe(2);
  });

  it.each(["", "hello", '{"half":', "[]"])(
    "ends in 2 when Node ends well and its answer is %j",
    async (text) => {
      const [user, handler] = await installed(scope);
      const libexec = join(rootOf(user), "current/libexec");
      copyFileSync("hooks/hook", join(libexec, "hook"));
      writeFileSync(join(libexec, "pre-tool-use.cjs"), `process.stdout.write(${JSON.stringify(text)})`);
      const { status, stdout, stderr } = begin(user, handler);
      expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining("the hook gave no answer")]);
    },
  );

  it.each([
    ["Node is killed", "process.kill(process.pid, 'SIGKILL')"],
    [
      "Node is killed after its answer",
      "process.stdout.write('{}', () => process.kill(process.pid, 'SIGKILL'))",
    ],
    ["Node fails after its answer", "process.stdout.write('{}'); process.exitCode = 1"],
  ])("ends in 2 when %s", async (_name, program) => {
    const [user, handler] = await installed(scope);
    const libexec = join(rootOf(user), "current/libexec");
    copyFileSync("hooks/hook", join(libexec, "hook"));
    writeFileSync(join(libexec, "pre-tool-use.cjs"), program);
    const { status, stdout } = begin(user, handler);
    expect([status, stdout]).toEqual([2, ""]);
  });

  it("ends in 2 when the runtime is gone", async () => {
    const [user, handler] = await installed(scope);
    rmSync(join(rootOf(user), "current"));
    expect(begin(user, handler).status).toBe(2);
  });
});

describe("the user's command on a release that ignores args", () => {
  it("ends in 2 when the entry is gone", async () => {
    const [user, handler] = await installed("user");
    rmSync(join(rootOf(user), "entry"), { recursive: true });
    expect(asShellForm(user, handler).status).toBe(2);
  });

  it.each(SHELLS)("is read the same way by %s", async (shell) => {
    const [user, handler] = await installed("user");
    expect(asShellForm(user, handler, shell).stdout).toContain("from-the-sandbox");
  });
});

describe("the committed command", () => {
  const [registration] = REGISTRATIONS;
  if (registration === undefined) throw new Error("nothing is registered");
  const handler = renderHandler(registration, { kind: "portable", timeout: 600 });

  it("names no user and no machine", () => {
    expect(handler).toMatchInlineSnapshot(`
      {
        "command": "/usr/bin/env -i HOME="$HOME" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin \${CLAUDE_CONFIG_DIR:+CLAUDE_CONFIG_DIR="$CLAUDE_CONFIG_DIR"} CLAUDE_PROJECT_DIR="$CLAUDE_PROJECT_DIR" /bin/sh -c 'h="$HOME/.local/share/sandhook/current/libexec/hook"; if [ -f "$h" ]; then /bin/sh "$h" "$0" || exit 2; else echo '\\''sandhook is not installed for this user, so the command was not run. Install it: npx sandhook install'\\'' >&2; exit 2; fi' pre-tool-use || exit 2",
        "onFailure": "block",
        "statusMessage": "sandhook: applying the policy",
        "timeout": 600,
        "type": "command",
      }
    `);
  });

  it("refuses where nothing is installed and says what to type", () => {
    const user = makeTempHome();
    const { status, stdout, stderr } = asShellForm(user, handler);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "sandhook is not installed for this user, so the command was not run. Install it: npx sandhook install\n",
    );
  });

  it.each(REGISTRATIONS.filter(({ event }) => event !== "PreToolUse"))(
    "lets $event go on where nothing is installed",
    (registration) => {
      const line = renderHandler(registration, { kind: "portable", timeout: 600 });
      expect(asShellForm(makeTempHome(), line)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    },
  );

  it("refuses without a HOME", () => {
    const answer = spawnSync("/bin/sh", ["-c", handler.command], { env: { PATH: "/bin" }, input: "{}" });
    expect(answer.status).toBe(2);
  });

  it.each(SHELLS)("is read the same way by %s, with a home that needs quotes", async (shell) => {
    const user = makeTempHome();
    const home = join(user.root, "ho'me $x *");
    execFileSync("mkdir", [home]);
    await install(installOptions({ ...user, home }), silent);
    expect(asShellForm({ ...user, home }, handler, shell).stdout).toContain("from-the-sandbox");
  });

  it("hands CLAUDE_CONFIG_DIR on when it is set", async () => {
    const [user] = await installed("user");
    const env = { HOME: user.home, CLAUDE_CONFIG_DIR: "/a b", PATH: "/usr/bin:/bin" };
    spawnSync("/bin/sh", ["-c", handler.command], { env, input: "{}" });
    expect(seenBy(user)).toContain("CLAUDE_CONFIG_DIR=/a b");
  });
});

describe("a home folder whose name a shell would split", () => {
  it("gets one quoted shell line", async () => {
    const user = makeTempHome();
    const home = join(user.root, "ho'me $x *");
    execFileSync("mkdir", [home]);
    const [, handler] = await installed("user", { ...user, home });
    expect(handler.args).toBe(undefined);
    expect(handler.command).toMatch(/ \|\| exit 2$/);
    const answer = asShellForm({ ...user, home }, handler);
    expect([answer.status, answer.stdout]).toEqual([0, expect.stringContaining("from-the-sandbox")]);
    expect(variablesOf({ ...user, home })).toEqual(["CLAUDE_PROJECT_DIR", "HOME", "PATH"]);
    rmSync(join(rootOf({ ...user, home }), "current"));
    expect(asShellForm({ ...user, home }, handler).status).toBe(2);
  });
});
