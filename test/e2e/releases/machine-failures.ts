import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFile } from "../../support/temp-home.ts";
import type { FailureMode } from "./failure-mode.ts";
import { editUserSettings, type Ground, userSettings, writeProjectSettings } from "./ground.ts";

/** No node at the installation's link, nor on the PATH that the hook is given. */
function loseNode(ground: Ground): void {
  rmSync(join(ground.state, "node"));
  const entries = join(ground.state, "entry");
  const scripts = readdirSync(entries).map((name) => join(entries, name));
  for (const file of [userSettings(ground), ...scripts]) {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll(/(["'])PATH=[^"']*\1/g, "$1PATH=/nowhere$1"));
  }
}

/** The user's own docker context leads to a daemon that does not run. */
function stopDaemon({ user }: Ground): void {
  const folder = join(user.home, ".docker");
  const name = createHash("sha256").update("elsewhere").digest("hex");
  const meta = {
    Name: "elsewhere",
    Endpoints: { docker: { Host: `unix://${join(user.root, "none.sock")}` } },
  };
  writeFile(join(folder, "config.json"), { currentContext: "elsewhere" });
  writeFile(join(folder, "contexts/meta", name, "meta.json"), meta);
}

/** Without the event that holds back a prompt whose commands would all be refused. */
function dropPromptHook(ground: Ground): void {
  editUserSettings(ground, (settings) => ({
    ...settings,
    hooks: Object.fromEntries(
      Object.entries(settings.hooks ?? {}).filter(([event]) => event !== "UserPromptSubmit"),
    ),
  }));
}

/** The machine, the client's options, and files that somebody has damaged. */
export const MACHINE_FAILURES: readonly FailureMode[] = [
  { name: "nothing fails" },
  { name: "node is missing", prepare: loseNode },
  {
    name: "node is missing, and so are the hooks",
    prepare: (ground) => {
      loseNode(ground);
      editUserSettings(ground, (settings) => ({ ...settings, hooks: {} }));
    },
  },
  {
    name: "the gate is missing",
    prepare: ({ libexec }) => {
      rmSync(join(libexec, "shell-gate"));
    },
  },
  {
    name: "the runner is missing",
    prepare: ({ libexec }) => {
      rmSync(join(libexec, "sandhook-run"));
    },
  },
  {
    name: "`--bare`",
    client: () => ({ args: ["--bare"] }),
  },
  {
    name: "`--safe-mode`",
    client: () => ({ args: ["--safe-mode"] }),
  },
  { name: "the engine is stopped", engine: "docker", prepare: stopDaemon },
  {
    name: "the engine is stopped, and nothing holds the prompt back",
    engine: "docker",
    prepare: (ground) => {
      stopDaemon(ground);
      dropPromptHook(ground);
    },
  },
  {
    name: "a key of the user's configuration is wrong",
    prepare: (ground) => {
      editUserSettings(ground, (settings) => ({ ...settings, sandhook: { engin: "docker" } }));
    },
  },
  {
    name: "the project's settings are no JSON",
    prepare: (ground) => {
      writeProjectSettings(ground, '{ "sandhook": { ');
    },
  },
  {
    name: "the user's settings are no JSON",
    prepare: (ground) => {
      writeFile(userSettings(ground), '{ "hooks": { ');
    },
    beyondUserScope: "The client ignores a settings file that is no JSON",
  },
  {
    name: "the job folder cannot be written",
    prepare: ({ state }) => {
      rmSync(join(state, "jobs"), { recursive: true, force: true });
      writeFile(join(state, "jobs"), "a file");
    },
  },
  {
    name: "the disk is full",
    client: ({ state }) => ({ mounts: [{ source: { kind: "full-disk" }, place: join(state, "jobs") }] }),
  },
  { name: "nothing is installed", engine: "none" },
];
