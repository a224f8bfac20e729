import { quote } from "../../rewrite/quote.ts";

/** The start-up files that a shell reads for a terminal, and how PATH is written in them. */
export interface StartupFile {
  /** Below the home folder. */
  readonly name: string;
  readonly syntax: "posix" | "fish";
  /** Made when it is missing. */
  readonly always: boolean;
}

const FILES: Readonly<Record<string, readonly StartupFile[]>> = {
  bash: [
    { name: ".bashrc", syntax: "posix", always: true },
    // A login shell, as macOS opens them, reads only the first of these.
    { name: ".bash_profile", syntax: "posix", always: false },
  ],
  zsh: [{ name: ".zshrc", syntax: "posix", always: true }],
  fish: [{ name: ".config/fish/config.fish", syntax: "fish", always: true }],
};

/** Which files put a folder on PATH for a login shell, e.g. `/bin/zsh`; none for a shell that is not known. */
export function startupFiles(shell: string | undefined): readonly StartupFile[] {
  return FILES[shell?.split("/").at(-1) ?? ""] ?? [];
}

/** Known by its end. What the file was before is in the mark: without a last line break, or not there at all. */
const MARKS = {
  plain: "# sandhook",
  unended: "# sandhook, after no line break",
  made: "# sandhook's file",
} as const;

/** The line that a person could write as well. */
export function pathLine(folder: string, syntax: StartupFile["syntax"]): string {
  return syntax === "fish" ? `set -gx PATH ${quote(folder)} $PATH` : `export PATH=${quote(folder)}:"$PATH"`;
}

function markFor(text: string | undefined): keyof typeof MARKS {
  if (text === undefined) return "made";
  return text === "" || text.endsWith("\n") ? "plain" : "unended";
}

/** The text with the line at its end, where it comes before whatever other tools put in front. Idempotent. */
export function addPathLine(text: string | undefined, folder: string, syntax: StartupFile["syntax"]): string {
  if (text !== undefined && removePathLine(text) !== text) return text;
  const mark = markFor(text);
  return `${text ?? ""}${mark === "unended" ? "\n" : ""}${pathLine(folder, syntax)} ${MARKS[mark]}\n`;
}

/** The text without our line; undefined when the file was made for it and holds nothing else. */
export function removePathLine(text: string): string | undefined {
  const [line, before = "", mark] =
    /(^|\n)(?:export PATH=|set -gx PATH )[^\n]*\/sandhook\/shim[^\n]* (# sandhook(?:, after no line break|'s file)?)\n/.exec(
      text,
    ) ?? [];
  if (line === undefined) return text;
  const kept = text.split(line).join(mark === MARKS.unended ? "" : before);
  return kept === "" && mark === MARKS.made ? undefined : kept;
}
