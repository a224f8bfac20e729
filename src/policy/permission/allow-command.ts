import { posix } from "node:path";
import { matchesText } from "./match-rule.ts";
import type { BashMatcher } from "./parse-rule.ts";
import type { Redirection, SimpleCommand, SplitCommand, Word } from "./split-command.ts";
import { onlyHarmlessAssignments, stripWrappers } from "./strip-wrappers.ts";

/** Builtins that run text as code, or change how later words are read; the client asks about them under any prefix rule. */
const EVALUATORS: ReadonlySet<string> = new Set([
  ...[
    "eval",
    "exec",
    "source",
    ".",
    "trap",
    "alias",
    "unalias",
    "enable",
    "shopt",
    "set",
    "hash",
    "coproc",
    "fc",
  ],
  ...["export", "declare", "typeset", "local", "readonly", "bind", "complete", "mapfile", "readarray"],
]);
const FOLDER_CHANGES: ReadonlySet<string> = new Set(["cd", "pushd", "popd"]);
const FIND_ACTS = /^-(?:exec|execdir|ok|okdir|delete|fprint\w*|fls)$/;

/** Programs whose operands the client checks against the working folders, whatever a rule allows (2.1.330), or may. */
const PATH_PROGRAMS: ReadonlySet<string> = new Set([
  ...[
    "cat",
    "head",
    "tail",
    "wc",
    "sort",
    "uniq",
    "cut",
    "paste",
    "column",
    "file",
    "stat",
    "diff",
    "cmp",
    "comm",
  ],
  ...[
    "ls",
    "find",
    "hexdump",
    "od",
    "base64",
    "strings",
    "nl",
    "tac",
    "rev",
    "sha1sum",
    "sha256sum",
    "md5sum",
    "cd",
  ],
  ...[
    "pushd",
    "popd",
    "tee",
    "touch",
    "mkdir",
    "rmdir",
    "rm",
    "mv",
    "cp",
    "ln",
    "dd",
    "sed",
    "awk",
    "jq",
    "tr",
  ],
  ...[
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "git",
    "chmod",
    "chown",
    "truncate",
    "unlink",
    "shred",
    "install",
    "rsync",
  ],
]);
const OUTSIDE = /^(?:-[^/]*)?[/~]|(?:^|[/=])\.\.(?:\/|$)|=[/~]/;
const HIDDEN_BLANK = /\\\s|[\p{Zs}\p{Zl}\p{Zp}\p{Cf}\p{Cc}]/u;

/**
 * Which rule allows one simple command of a checkable line; undefined when none does, or when the client would still
 * ask: an operand outside the working folders, a redirection to a file, a builtin that evaluates its operands.
 */
export function findAllowing<R extends { readonly matcher: BashMatcher }>(
  command: SimpleCommand,
  rules: readonly R[],
): R | undefined {
  if (!isSafeToJudge(command)) return undefined;
  const forms = allowForms(command);
  const regular = !/[\t\n]| {2}/.test(command.text);
  return rules.find(
    ({ matcher }) => (regular || !hasBlank(matcher)) && forms.some((form) => matchesText(matcher, form)),
  );
}

/** The client compares blanks as written, so a rule of several words does not allow a command that is spaced in another way. */
function hasBlank(matcher: BashMatcher): boolean {
  switch (matcher.kind) {
    case "any":
      return false;
    case "wildcard":
      return matcher.pattern.replace(/ \*$/, "").includes(" ");
    case "exact":
    case "prefix":
      return matcher.text.includes(" ");
  }
}

/** Whether a line moves to another folder and then writes or runs git there, which the client always asks about. */
export function movesAndWrites(split: Extract<SplitCommand, { kind: "commands" }>): boolean {
  const moves = split.commands.some(({ words }) => FOLDER_CHANGES.has(programOf(words)));
  return (
    moves &&
    split.commands.some(({ words }) => {
      const program = programOf(words);
      return PATH_PROGRAMS.has(program) && !FOLDER_CHANGES.has(program);
    })
  );
}

/** Whether the client could still ask about one simple command, whatever a rule that names it says. */
export function isSafeToJudge({ words, redirections, text }: SimpleCommand): boolean {
  // The client looks past redirections behind the program's name only.
  if (redirections.some((redirection) => text.startsWith(redirection.text))) return false;
  const programs = stripWrappers(words).map(programOf);
  if (programs.some((program) => program === "" || EVALUATORS.has(program))) return false;
  const usesPaths = programs.some((program) => PATH_PROGRAMS.has(program));
  if (usesPaths && (words.some(leavesFolder) || GUARDED.test(text))) return false;
  if (programs.includes("find") && words.some(({ value }) => FIND_ACTS.test(value))) return false;
  return !HIDDEN_BLANK.test(text.replaceAll(/[ \t]/g, "")) && redirections.every(isHarmlessRedirection);
}

const REMOVAL = /(?:^|[^\w-])(?:rm|rmdir|unlink|shred)(?:$|[^\w-])/;
const BROAD_OPERAND = /(?:^|[\s'"=])(?:\/|~|\.{1,2}(?:[\s/'"]|$)|\*|\$)/;
const GUARDED =
  /(?:^|[\s/'"=<>])\.(?:claude|git|vscode|idea|mcp\.json|\w*rc|\w*profile|gitconfig|gitmodules)(?:$|[\s/'";&|)])/;

/** What no rule allows, not even a bare `Bash`: a removal that may reach far, a mention of files that steer the client. */
export function hitsFloor(command: string): boolean {
  return (REMOVAL.test(command) && BROAD_OPERAND.test(command)) || GUARDED.test(command);
}

function programOf(words: readonly Word[]): string {
  return posix.basename(words[0]?.value ?? "");
}

function leavesFolder({ text, value }: Word): boolean {
  return OUTSIDE.test(value) || OUTSIDE.test(text) || /[*?[\]{}]/.test(value);
}

function isHarmlessRedirection({ operator, target }: Redirection): boolean {
  if (!target.fixed) return false;
  if (operator === ">&" || operator === "<&") return /^\d+$/.test(target.text);
  return ["<", ">", ">>", ">|", "&>", "&>>"].includes(operator) && target.text === "/dev/null";
}

/** The command as written between its first and last word, and behind each wrapper the client looks through. */
function allowForms(command: SimpleCommand): readonly string[] {
  const { words, assignments } = command;
  const written = [...assignments.map(({ text }) => text), ...words.map(({ text }) => text)];
  const exact = command.redirections.length === 0 ? [command.text] : [written.join(" ")];
  if (!onlyHarmlessAssignments(command)) return exact;
  return [...exact, ...stripWrappers(words).map((form) => form.map(({ text }) => text).join(" "))];
}
