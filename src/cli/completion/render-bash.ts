import { quote } from "../../rewrite/quote.ts";
import type { CommandWords } from "./command-tree.ts";

function namesOf({ commands, options }: CommandWords): string {
  return [...commands, ...options].map(({ name }) => name).join(" ");
}

function valueCases({ path, options }: CommandWords): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ name, values = [] }) => `    ${quote(`${path} ${name}`)}) words=${quote(values.join(" "))} ;;`);
}

/** For bash. What was typed is only ever compared with words of this script. */
export function renderBash(tree: readonly CommandWords[]): string {
  const paths = tree.slice(1).map(({ path }) => quote(path));
  return [
    "# sandhook completion bash: put this into ~/.bashrc: source <(sandhook completion bash)",
    "_sandhook() {",
    '  local at=sandhook words="" word i',
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    "    word=${COMP_WORDS[i]}",
    '    [ "$word" != -- ] || return 0',
    `    case "$at $word" in ${paths.join(" | ")}) at="$at $word" ;; esac`,
    "  done",
    '  case "$at ${COMP_WORDS[COMP_CWORD - 1]}" in',
    ...tree.flatMap(valueCases),
    '  *) case "$at" in',
    ...tree.map((command) => `    ${quote(command.path)}) words=${quote(namesOf(command))} ;;`),
    "    esac ;;",
    "  esac",
    "  COMPREPLY=()",
    "  for word in $words; do",
    '    case "$word" in "${COMP_WORDS[COMP_CWORD]}"*) COMPREPLY+=("$word") ;; esac',
    "  done",
    "}",
    "complete -o default -F _sandhook sandhook",
    "",
  ].join("\n");
}
