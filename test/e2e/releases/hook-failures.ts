import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeFile } from "../../support/temp-home.ts";
import type { FailureMode } from "./failure-mode.ts";
import { editUserSettings, type Ground, type Settings } from "./ground.ts";

/** Puts a program of the test's in the place of the hook's; whatever guards the hook stays. */
const program = (code: string) => (ground: Ground) => {
  writeFile(join(ground.libexec, "pre-tool-use.cjs"), code);
};

type Handler = Readonly<Record<string, unknown>>;
type Group = Readonly<{ hooks: readonly Handler[] }>;

function mapPreToolUse(settings: Settings, change: (handler: Handler) => Handler): Settings {
  const groups = (settings.hooks?.["PreToolUse"] ?? []) as Group[];
  const changed = groups.map((group) => ({ ...group, hooks: group.hooks.map(change) }));
  return { ...settings, hooks: { ...settings.hooks, PreToolUse: changed } };
}

/** Registers a shell line in the place of the hook, so that nothing of ours guards it. */
const instead = (command: string) => (ground: Ground) => {
  editUserSettings(ground, (settings) =>
    mapPreToolUse(settings, ({ timeout }) => ({ type: "command", command, timeout })),
  );
};

/** A second hook for Bash beside ours; `code` has the event as `event`. */
const beside = (code: string) => (ground: Ground) => {
  const file = join(ground.user.root, "second-hook.cjs");
  const read = 'const event = JSON.parse(require("fs").readFileSync(0, "utf8"));';
  const reply =
    "const say = (more) => console.log(JSON.stringify({ hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'allow', ...more } }));";
  writeFile(file, `${read}\n${reply}\n${code}\n`);
  const group = { matcher: "Bash", hooks: [{ type: "command", command: `${process.execPath} ${file}` }] };
  editUserSettings(ground, (settings) => ({
    ...settings,
    hooks: { ...settings.hooks, PreToolUse: [...(settings.hooks?.["PreToolUse"] ?? []), group] },
  }));
};

const rewrite =
  "say({ updatedInput: { ...event.tool_input, command: 'true; ' + event.tool_input.command } })";

/** The hook, and what other hooks do to its answer. */
export const HOOK_FAILURES: readonly FailureMode[] = [
  { name: "the hook crashes", prepare: program("throw new Error('crash')") },
  { name: "the hook is killed", prepare: program("process.kill(process.pid, 'SIGKILL')") },
  {
    name: "the hook hangs past its timeout",
    prepare: (ground) => {
      program("setInterval(() => {}, 1 << 30)")(ground);
      editUserSettings(ground, (settings) =>
        mapPreToolUse(settings, (handler) => ({ ...handler, timeout: 2 })),
      );
    },
  },
  {
    name: "the hook's files are missing",
    prepare: ({ libexec }) => {
      rmSync(join(libexec, "hook"));
      rmSync(join(libexec, "pre-tool-use.cjs"));
    },
  },
  { name: "the hook prints text", prepare: program("console.log('all is well')") },
  { name: "the hook prints half a JSON object", prepare: program(`console.log('{"hookSpecificOutput":')`) },
  { name: "the hook prints braces that are no JSON", prepare: program("console.log('{ allow }')") },
  { name: "the hook prints nothing", prepare: program("process.exit(0)") },
  { name: "another program stands in the hook's place and crashes", prepare: instead("exit 1") },
  {
    name: "another program stands in the hook's place and prints half a JSON object",
    prepare: instead(`cat >/dev/null; echo '{"hookSpecificOutput":'`),
  },
  {
    name: "another program stands in the hook's place and says nothing",
    prepare: instead("cat >/dev/null"),
  },
  {
    name: "the hooks are not registered any more",
    prepare: (ground) => {
      editUserSettings(ground, (settings) => ({ ...settings, hooks: {} }));
    },
  },
  { name: "another hook rewrites the command, first", prepare: beside(rewrite) },
  {
    name: "another hook rewrites the command, last",
    prepare: beside(`setTimeout(() => { ${rewrite} }, 1500)`),
  },
  { name: "another hook allows without a rewrite", prepare: beside("say({})") },
  { name: "another hook allows last, without a rewrite", prepare: beside("setTimeout(() => say({}), 1500)") },
];
