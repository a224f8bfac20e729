import type { Command, Option } from "commander";

/** A word that can be typed, and what it means. */
export interface Word {
  readonly name: string;
  readonly description: string;
}

/** One option; `values` is undefined when any value goes, or none. */
export interface OptionWord extends Word {
  readonly values: readonly string[] | undefined;
  readonly takesValue: boolean;
}

/** What can follow a command. */
export interface CommandWords {
  /** With all commands above, e.g. `sandhook managed export`. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
}

function optionWords({ short, long, description, argChoices, required }: Option): OptionWord[] {
  const names = [long, short].filter((name) => name !== undefined);
  return names.map((name) => ({ name, description, values: argChoices, takesValue: required }));
}

/** Every command below one, with what its help shows. */
export function readCommandTree(command: Command, above: readonly string[] = []): readonly CommandWords[] {
  const path = [...above, command.name()];
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const own: CommandWords = {
    path: path.join(" "),
    commands: below.map((each) => ({ name: each.name(), description: each.description() })),
    options: help.visibleOptions(command).flatMap(optionWords),
  };
  return [own, ...command.commands.flatMap((each) => readCommandTree(each, path))];
}
