import type { CommandWords, OptionWord } from "./command-tree.ts";

/** In single quotes fish reads nothing but a backslash and a quote. */
function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function renderOption({ name, description, values, takesValue }: OptionWord): string {
  const flag = name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
  const value = values === undefined ? (takesValue ? " -r" : "") : ` -x -a ${quoteFish(values.join(" "))}`;
  return `${flag}${value} -d ${quoteFish(description)}`;
}

/** For fish. What was typed is only ever compared with words of this script. */
export function renderFish(tree: readonly CommandWords[]): string {
  const paths = tree.slice(1).map(({ path }) => quoteFish(path));
  const lines = tree.flatMap(({ path, commands, options }) => {
    const when = `complete -c sandhook -n ${quoteFish(`__sandhook_at ${quoteFish(path)}`)}`;
    return [
      ...commands.map(
        ({ name, description }) => `${when} -f -a ${quoteFish(name)} -d ${quoteFish(description)}`,
      ),
      ...options.map((option) => `${when} ${renderOption(option)}`),
    ];
  });
  return [
    "# sandhook completion fish: sandhook completion fish > ~/.config/fish/completions/sandhook.fish",
    "function __sandhook_at",
    "  set -l at sandhook",
    "  for word in (commandline -opc)[2..-1]",
    `    contains -- "$at $word" ${paths.join(" ")}; and set at "$at $word"`,
    "  end",
    '  test "$at" = "$argv[1]"',
    "end",
    ...lines,
    "",
  ].join("\n");
}
