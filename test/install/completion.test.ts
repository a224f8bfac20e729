import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { productProgram, runSandhook, userVariables } from "../support/installed.ts";
import { openTerminal, type Terminal } from "../support/pty.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const PATIENCE = 60_000;
const SHELLS = {
  bash: ["/bin/bash", "--norc", "--noprofile", "-i"],
  zsh: ["/usr/bin/zsh", "-f", "-i"],
} as const;

/** A shell on a terminal that has read the script, as a person's would. */
async function openShell(user: TempHome, shell: keyof typeof SHELLS): Promise<Terminal> {
  const script = join(user.home, "completion");
  writeFile(script, runSandhook(user, ["completion", shell]));
  const [file, ...args] = SHELLS[shell];
  const env = { ...userVariables(user), TERM: "xterm", PS1: "ready> " };
  const terminal = openTerminal({ file, args }, { env, cwd: user.project });
  await terminal.waitFor(/ready>/, PATIENCE);
  const start = shell === "zsh" ? "autoload -U compinit; compinit -u -D; " : "";
  terminal.send(`${start}source ${script}; clear; echo loaded`, "Enter");
  await terminal.waitFor(/^loaded$/m, PATIENCE);
  return terminal;
}

describe.each(["bash", "zsh"] as const)("the completion of %s", (shell) => {
  it.runIf(existsSync(SHELLS[shell][0]))(
    "completes commands, options and values, and runs nothing",
    async () => {
      const user = makeTempHome();
      symlinkSync(productProgram(), join(user.home, "sandhook"));
      const terminal = await openShell(user, shell);
      terminal.send("sandhook inst", "Tab");
      await terminal.waitFor(/ready> sandhook install/, PATIENCE);
      terminal.send("--eng", "Tab");
      await terminal.waitFor(/sandhook install --engine/, PATIENCE);
      terminal.send("bub", "Tab");
      await terminal.waitFor(/--engine\s+bubblewrap/, PATIENCE);
      terminal.send("C-u");
      terminal.send("sandhook managed exp", "Tab");
      await terminal.waitFor(/sandhook managed export/, PATIENCE);
      for (const hostile of ["$(touch ran)", "`touch ran`", "'x;touch ran;'", "${x[$(touch ran)]}"]) {
        terminal.send("C-u");
        terminal.send(`sandhook ${hostile} --eng`, "Tab");
        // zsh itself expands the word that the cursor is in, before any completion is asked.
        if (shell === "zsh") continue;
        terminal.send("C-u");
        terminal.send(`sandhook install --engine ${hostile}`, "Tab");
      }
      terminal.send("C-u");
      terminal.send("clear; echo still here", "Enter");
      await terminal.waitFor(/^still here$/m, PATIENCE);
      expect(readdirSync(user.project)).toEqual([]);
    },
  );
});

describe("the completion of fish", () => {
  it("names every command, and quotes what it says of it", () => {
    const user = makeTempHome();
    const text = runSandhook(user, ["completion", "fish"]);
    const commands = [...runSandhook(user, ["--help"]).matchAll(/^ {2}(?!sandhook)([a-z]+)(?: |$)/gm)].map(
      ([, name]) => name,
    );
    expect(commands.length).toBeGreaterThan(10);
    for (const name of commands) expect(text).toContain(`'__sandhook_at \\'sandhook\\'' -f -a '${name}'`);
    if (existsSync("/usr/bin/fish")) execFileSync("/usr/bin/fish", ["--no-execute"], { input: text });
  });
});
