import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { installContext } from "../../src/cli/install-context.ts";
import { buildProgram } from "../../src/cli/program.ts";

const program = buildProgram(installContext({ folder: "/nonexistent", version: "0.0.0" }));

/** A command and all below it. */
function commandsOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** The whole help, with what is added after it. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

/** The command that the words name, and the words left over. */
function follow(command: Command, words: readonly string[]): readonly [Command, readonly string[]] {
  const next = command.commands.find((each) => each.name() === words[0]);
  return next === undefined ? [command, words] : follow(next, words.slice(1));
}

describe.each(commandsOf(program).map((command) => [fullName(command), command] as const))(
  "%s --help",
  (name, command) => {
    it("says in a sentence what it does", () => {
      expect(command.description()).not.toBe("");
    });

    it("ends with an example that can be typed", () => {
      const [, line = ""] = /\nExamples?:\n {2}(.*)/.exec(helpOf(command)) ?? [];
      const [own, ...words] = line.replace(/'[^']*'/g, "x").split(" ");
      expect(own, line).toBe("sandhook");
      const [target, rest] = follow(program, words);
      if (command !== program) expect(fullName(target).startsWith(name), line).toBe(true);
      const ours = rest.slice(0, rest.includes("--") ? rest.indexOf("--") : undefined);
      const flags = ours.filter((word) => word.startsWith("-")).map((word) => word.split("=")[0]);
      const known = target.options.flatMap(({ short, long }) => [short, long]);
      expect(
        flags.filter((flag) => !known.includes(flag)),
        line,
      ).toEqual([]);
    });
  },
);

describe("a word that nobody knows", () => {
  const run = (...words: readonly string[]): { readonly status: number | null; readonly stderr: string } =>
    spawnSync(process.execPath, [resolve(import.meta.dirname, "../../dist/sandhook.mjs"), ...words], {
      encoding: "utf8",
      env: { HOME: "/nonexistent" },
    });

  it.each([
    [["statuss"], "Did you mean status?"],
    [["managed", "exprt"], "Did you mean export?"],
    [["install", "--scop", "user"], "Did you mean --scope?"],
    [["install", "--scope", "users"], "--scope user"],
  ])("%j is wrong usage, and the nearest is named", (words, hint) => {
    const { status, stderr } = run(...words);
    expect(stderr).toContain(hint);
    expect(status).toBe(2);
  });
});
