import { chmodSync } from "node:fs";
import { join } from "node:path";
import { hostPath } from "../../src/core/paths.ts";
import type { InstallOptions } from "../../src/install/install.ts";
import type { InstallScope } from "../../src/install/scope.ts";
import { type TempHome, writeFile } from "../support/temp-home.ts";

/**
 * Answers every call (and no other event) with a rewrite that runs the original in a PID namespace of its own word: it prints what a sandbox
 * would. Writes its environment and argument to `<HOME>/hook-was-here`.
 */
const HOOK = `#!/bin/sh
[ "$1" = pre-tool-use ] || { printf '{}'; exit 0; }
cat > "$HOME/hook-input"
{ echo "event $1"; env | sort; } > "$HOME/hook-was-here"
printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow",'
printf '"permissionDecisionReason":"sandboxed","updatedInput":{"command":"echo from-the-sandbox"}}}'
`;

/** Runs every line as it is, and says so. */
const GATE = `#!/bin/sh
printf '%s\\n' "$@" >> "$HOME/gate-was-here"
if [ "$1" = --chain ]; then shift 3; fi
exec /bin/bash -c "$1"
`;

/** Writes a built product below `<root>/dist`; `files` replace or add to its own. */
export function makeProduct(
  user: TempHome,
  files: Readonly<Record<string, string>> = {},
  version = "1.2.3",
): InstallOptions["source"] {
  const dist = join(user.root, "dist");
  const all = {
    "libexec/hook": HOOK,
    "libexec/shell-gate": GATE,
    "libexec/pre-tool-use.cjs": "module.exports = 1;\n",
    "profiles/default.json": "{}\n",
    "sandhook.mjs": "console.log(process.argv.slice(2).join(' '));\n",
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFile(join(dist, name), text);
  for (const name of ["hook", "shell-gate"]) chmodSync(join(dist, "libexec", name), 0o755);
  return { folder: hostPath(dist), version };
}

/** Options of an installation for a throw-away user with a new client. */
export function installOptions(
  user: TempHome,
  more: Partial<InstallOptions> & { readonly scope?: InstallScope } = {},
): InstallOptions {
  return {
    scope: "user",
    environment: {
      home: hostPath(user.home),
      claudeConfigDir: undefined,
      cwd: hostPath(user.project),
      node: process.execPath,
    },
    source: more.source ?? makeProduct(user),
    client: [2, 1, 330],
    engine: undefined,
    resident: false,
    ...more,
  };
}

/** The root of an installation. */
export function rootOf(user: TempHome): string {
  return join(user.home, ".local/share/sandhook");
}

/** The user's settings file. */
export function userSettings(user: TempHome): string {
  return join(user.home, ".claude/settings.json");
}

/** What a run reported, step by step. */
export async function stepsOf(
  work: (onStep: (step: string) => void) => Promise<unknown>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  await work((step) => seen.push(step));
  return seen;
}
