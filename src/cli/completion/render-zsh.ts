import { quote } from "../../rewrite/quote.ts";
import type { CommandWords, Word } from "./command-tree.ts";

/** `name:description`, as _describe reads it. */
function described({ name, description }: Word): string {
  return quote(`${name.replaceAll(":", "\\:")}:${description}`);
}

function valueCases({ path, options }: CommandWords): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ name, values }) => {
      const act = values === undefined ? "_files; return" : `list=(${values.map(quote).join(" ")})`;
      return `    (${quote(`${path} ${name}`)}) ${act} ;;`;
    });
}

/** For zsh. What was typed is only ever compared with words of this script. */
export function renderZsh(tree: readonly CommandWords[]): string {
  const paths = tree.slice(1).map(({ path }) => quote(path));
  return [
    "#compdef sandhook",
    "# sandhook completion zsh: put this into ~/.zshrc, behind compinit: source <(sandhook completion zsh)",
    "_sandhook() {",
    "  local at=sandhook word",
    "  local -a list",
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    '    [[ "$word" != -- ]] || { _files; return; }',
    `    case "$at $word" in (${paths.join(" | ")}) at="$at $word" ;; esac`,
    "  done",
    '  case "$at ${words[CURRENT-1]}" in',
    ...tree.flatMap(valueCases),
    '    (*) case "$at" in',
    ...tree.map(
      ({ path, commands, options }) =>
        `      (${quote(path)}) list=(${[...commands, ...options].map(described).join(" ")}) ;;`,
    ),
    "      esac ;;",
    "  esac",
    "  _describe sandhook list",
    "}",
    'if [[ "${funcstack[1]}" = _sandhook ]]; then _sandhook "$@"; else compdef _sandhook sandhook; fi',
    "",
  ].join("\n");
}
