import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { type ClientRun, runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { agent, bash, type Call } from "../support/script.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const ENGINES = ["bubblewrap", "docker"] as const;

/** Plays one call per turn (a list plays its calls in parallel) in an installed product. */
async function play(
  engine: string,
  turns: readonly (Call | readonly Call[])[],
  prepare: (user: TempHome) => void = () => undefined,
): Promise<ClientRun & { readonly user: TempHome }> {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine });
  prepare(user);
  const script = turns.map((turn) => ({ calls: "id" in turn ? [turn] : turn }));
  const run = await runClient({ release: NEWEST_RELEASE, user, script });
  return { ...run, user };
}

const settingsFile = (user: TempHome): string => join(user.home, ".claude/settings.json");

function editSettings(user: TempHome, edit: (text: string) => string): void {
  writeFile(settingsFile(user), edit(readFileSync(settingsFile(user), "utf8")));
}

/** A second PreToolUse hook for Bash, which runs beside ours and says nothing. */
function addHook(user: TempHome, command: string): void {
  const group = { matcher: "Bash", hooks: [{ type: "command", command }] };
  editSettings(user, (text) => text.replace('"PreToolUse": [', `"PreToolUse": [ ${JSON.stringify(group)},`));
}

/** A call's result without what the runner says about making the project's container. */
const text = (run: ClientRun, id: string): string =>
  run.results.get(id)?.text.replaceAll(/^sandhook: (?:starting|making|building|creating)[^\n]*\n/gm, "") ??
  `no result of ${id}`;
const failed = (run: ClientRun, id: string): boolean | undefined => run.results.get(id)?.isError;

describe.each(ENGINES)("the real client with %s", (engine) => {
  describe.runIf(engineAvailable(engine))("installed", () => {
    it("carries the working folder from one call to the next", async () => {
      const run = await play(engine, [
        bash("move", "mkdir -p sub && cd sub"),
        bash("where", "pwd"),
        bash("back", "cd .. && pwd"),
      ]);
      expect(text(run, "where")).toBe(join(run.user.project, "sub"));
      expect(text(run, "back")).toBe(run.user.project);
    });

    it("passes exit codes through", async () => {
      const run = await play(engine, [
        bash("zero", "exit 0"),
        bash("one", "exit 1"),
        bash("seven", "exit 7"),
        bash("interrupted", "exit 130"),
        bash("false", "false"),
      ]);
      expect(failed(run, "zero")).toBe(false);
      for (const [id, code] of Object.entries({ one: 1, seven: 7, interrupted: 130, false: 1 })) {
        expect(text(run, id)).toMatch(new RegExp(`^Exit code ${code}\\b`));
        expect(failed(run, id)).toBe(true);
      }
    });

    it("brings stdout, stderr, bytes and five megabytes whole", async () => {
      const run = await play(engine, [
        bash("both", "echo out; echo err >&2"),
        bash("bytes", "printf '\\001\\377\\376' | od -An -tx1"),
        bash("large", "head -c 5242880 /dev/zero | tr '\\0' x > large; wc -c < large; cat large"),
      ]);
      expect(text(run, "both").split("\n").sort()).toEqual(["err", "out"]);
      expect(text(run, "bytes").trim()).toBe("01 ff fe");
      const saved = /\/\S+\.(?:output|txt)/.exec(text(run, "large"))?.[0];
      expect(saved).toBeDefined();
      expect(statSync(join(run.user.project, "large")).size).toBe(5_242_880);
    });

    it("runs the text that the model wrote, whatever it holds", async () => {
      const run = await play(engine, [
        bash("quotes", `printf '%s\\n' "it's" 'a "b"' \\$HOME "$(echo sub)" \`echo tick\``),
        bash("lines", "echo one\necho two # not a comment end\necho 'th\nree'"),
        bash("heredoc", "cat <<'EOF'\n$HOME && 'x' \"y\"\nEOF"),
        bash("unicode", "echo 'äöü 日本 🎉 \u200b'"),
        bash("pattern", "echo '$& $1 $` %s \\\\n'"),
      ]);
      expect(text(run, "quotes").split("\n")).toEqual(["it's", 'a "b"', "$HOME", "sub", "tick"]);
      expect(text(run, "lines").split("\n")).toEqual(["one", "two", "th", "ree"]);
      expect(text(run, "heredoc")).toBe(`$HOME && 'x' "y"`);
      expect(text(run, "unicode")).toBe("äöü 日本 🎉 \u200b");
      expect(text(run, "pattern")).toBe("$& $1 $` %s \\\\n");
    });

    it("runs a command of 200 KB, which the bare client cannot", async () => {
      const run = await play(engine, [bash("long", `: ${"x".repeat(200_000)}\necho end`)]);
      expect(text(run, "long")).toBe("end");
    });

    it("runs parallel calls, background calls and calls of sub-agents", async () => {
      const user = makeTempHome({ git: true });
      installProduct(user, { engine });
      const run = await runClient({
        release: NEWEST_RELEASE,
        user,
        script: ({ turn, results }) => {
          const output = /\/\S+\.output/.exec(results.get("behind")?.text ?? "")?.[0] ?? "/nonexistent";
          const turns: readonly (readonly Call[])[] = [
            [1, 2, 3, 4].map((n) => bash(`p${n}`, `echo start; sleep 0.3; echo end ${n}`)),
            [bash("behind", "sleep 0.2; echo from-behind", { run_in_background: true })],
            [bash("pause", "sleep 1")],
            [{ id: "read", tool: "Read", input: { file_path: output } }],
            [agent("sub", "count the sheep")],
          ];
          return { calls: turns[turn] ?? [] };
        },
        routes: [
          {
            when: (words) => words.includes("count the sheep"),
            script: [{ calls: [bash("inner", "echo sheep; touch /canary")] }, { text: "one sheep" }],
          },
        ],
      });
      for (const n of [1, 2, 3, 4]) expect(text(run, `p${n}`)).toBe(`start\nend ${n}`);
      expect(text(run, "read")).toContain("from-behind");
      expect(text(run, "inner")).toContain("sheep");
      expect(existsSync("/canary")).toBe(false);
    });

    it("sandboxes the commands of Monitor", async () => {
      const user = makeTempHome({ git: true });
      installProduct(user, { engine });
      const canary = join(user.home, "canary");
      const command = `echo watching > seen; touch ${canary}; echo done`;
      await runClient({
        release: NEWEST_RELEASE,
        user,
        quiet: false,
        script: ({ turn }) => {
          if (turn === 0) {
            const input = { command, description: "watch", timeout_ms: 20_000, persistent: false };
            return { calls: [{ id: "monitor", tool: "Monitor", input }] };
          }
          return turn === 1
            ? { calls: [bash("wait", "until test -s seen; do sleep 0.1; done")] }
            : { text: "done" };
        },
      });
      expect(readFileSync(join(user.project, "seen"), "utf8")).toBe("watching\n");
      expect(existsSync(canary)).toBe(false);
    });

    it("gives files in the project to the host user", async () => {
      const run = await play(engine, [bash("make", "mkdir made && echo x > made/file && id -u && id -g")]);
      const made = statSync(join(run.user.project, "made/file"));
      expect([made.uid, made.gid]).toEqual([process.getuid?.(), process.getgid?.()]);
      expect(text(run, "make").split("\n")).toEqual([String(made.uid), String(made.gid)]);
    });

    it("refuses writes outside and to protected paths, and leaves nothing behind", async () => {
      const targets = [
        "/etc/sandhook-canary",
        ".git/hooks/x",
        ".claude/settings.json",
        ".mcp.json",
        ".vscode/tasks.json",
      ];
      const run = await play(engine, [
        ...targets.map((path, n) => bash(`w${n}`, `mkdir -p "$(dirname ${path})"; echo x > ${path}`)),
        bash("status", "git status --porcelain --ignored"),
      ]);
      for (const [n, path] of targets.entries()) {
        expect(failed(run, `w${n}`), path).toBe(true);
        if (path.startsWith("/")) expect(existsSync(path)).toBe(false);
      }
      expect(text(run, "status")).toBe("(Bash completed with no output)");
      expect(existsSync(join(run.user.project, ".git/hooks/x"))).toBe(false);
    });

    it("hides secrets, credentials of the environment and the host's processes", async () => {
      const run = await play(
        engine,
        [
          bash("key", "cat ~/.ssh/id_rsa"),
          bash("environment", "env"),
          bash("claude", "ls -A ~/.claude 2>/dev/null; cat ~/.claude/settings.json"),
          bash("processes", `ls -d /proc/[0-9]* | wc -l; kill -0 ${process.pid}`),
        ],
        (user) => {
          writeFile(join(user.home, ".ssh/id_rsa"), "canary-of-the-key");
        },
      );
      expect(failed(run, "key")).toBe(true);
      expect(text(run, "key")).not.toContain("canary-of-the-key");
      expect(text(run, "environment")).not.toMatch(/ANTHROPIC_API_KEY|MESSAGING_TOKEN|SHELL_PREFIX/);
      expect(text(run, "claude")).not.toContain("PreToolUse");
      expect(failed(run, "processes")).toBe(true);
      expect(Number(/\d+/.exec(text(run, "processes").replace("Exit code 1", ""))?.[0])).toBeLessThan(20);
    });

    it("does not let $HOME/.bashrc be changed for the host", async () => {
      const run = await play(
        engine,
        [bash("rc", 'echo "touch /canary" >> "$HOME/.bashrc"; true')],
        (user) => {
          writeFile(join(user.home, ".bashrc"), "# mine\n");
        },
      );
      expect(readFileSync(join(run.user.home, ".bashrc"), "utf8")).toBe("# mine\n");
    });

    it("reaches no service of this machine by default", async () => {
      const run = await play(engine, [
        bash("connect", 'exec 3<>"/dev/tcp/127.0.0.1/${ANTHROPIC_BASE_URL##*:}"'),
        bash("routes", "cat /proc/net/route | tail -n +2 | wc -l; grep -vc 'lo:' /proc/net/dev"),
      ]);
      expect(failed(run, "connect")).toBe(true);
      expect(text(run, "routes").split("\n")[0]).toBe("0");
    });

    it("refuses a corrupt config and names the key and the fix", async () => {
      const run = await play(engine, [bash("call", "touch canary")], (user) => {
        writeFile(join(user.project, ".claude/settings.json"), { sandhook: { engin: "docker" } });
      });
      expect(text(run, "call")).toMatch(
        /settings\.json: sandhook: unknown key "engin"\nDid you mean "engine"\?/,
      );
      expect(readdirSync(run.user.project)).not.toContain("canary");
    });

    it("refuses when node is missing, with the command that repairs it", async () => {
      const run = await play(engine, [bash("call", "touch canary")], (user) => {
        rmSync(join(user.home, ".local/share/sandhook/node"));
        editSettings(user, (text) => text.replace(/"PATH=[^"]*"/, '"PATH=/nonexistent"'));
      });
      expect(text(run, "call")).toMatch(/the command was not run: node is missing[\s\S]*sandhook install/);
      expect(readdirSync(run.user.project)).not.toContain("canary");
    });

    it("refuses a job whose file was deleted before it ran", async () => {
      const run = await play(engine, [bash("call", "touch canary")], (user) => {
        addHook(user, `sleep 1; rm -rf ${join(user.home, ".local/share/sandhook/jobs")}/*`);
      });
      expect(text(run, "call")).toMatch(
        /^Exit code 12[56]\n.*the command was not run: its job [0-9a-f]+ is gone/,
      );
      expect(readdirSync(run.user.project)).not.toContain("canary");
    });

    it("holds the prompt back when the engine is not there, and names it", async () => {
      const run = await play("seatbelt", [bash("call", "touch canary")]);
      expect(run.stdout).toContain("seatbelt: ");
      expect(run.requests).toEqual([]);
      expect(readdirSync(run.user.project)).not.toContain("canary");
    });
  });
});
