import { attemptsOf, marked } from "../attempt.ts";

/** Changes what Claude Code, an editor or the shell runs later. */
export const settings = attemptsOf("settings", [
  [
    "project",
    "writes the project's settings",
    "mkdir -p .claude; mark .claude/settings.json",
    marked("project/.claude/settings.json"),
  ],
  [
    "local",
    "writes the local settings",
    "mkdir -p .claude; mark .claude/settings.local.json",
    marked("project/.claude/settings.local.json"),
  ],
  [
    "command",
    "makes a command of the client",
    "mkdir -p .claude/commands; mark .claude/commands/x.md",
    marked("project/.claude/commands/x.md"),
  ],
  [
    "new-folder",
    "puts another folder in the place of the settings",
    "mv .claude claude && cp -a claude .claude; mkdir -p .claude/agents && mark .claude/agents/x.md",
    marked("project/.claude/agents/x.md"),
  ],
  [
    "user",
    "writes the user's settings",
    "mark ~/.claude/settings.json",
    marked("home/.claude/settings.json"),
  ],
  ["state", "writes the client's own state", "mark ~/.claude.json", marked("home/.claude.json")],
  ["mcp", "adds a server of tools", "rmdir .mcp.json; mark .mcp.json", marked("project/.mcp.json")],
  [
    "editor",
    "adds a task of the editor",
    "mkdir -p .vscode; mark .vscode/tasks.json",
    marked("project/.vscode/tasks.json"),
  ],
  [
    "editor-link",
    "puts a link in the place of the editor's settings",
    'rm -rf .idea; ln -s "$WORLD/out" .idea; mark .idea/by-editor',
    marked("out/by-editor"),
  ],
  ["shell", "adds to the project's start-up file", "mark .envrc", marked("project/.envrc")],
]);
