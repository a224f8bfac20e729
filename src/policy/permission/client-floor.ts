import { posix } from "node:path";
import { isRunner } from "./runners.ts";
import type { Redirection, SimpleCommand, SplitCommand, Word } from "./split-command.ts";
import { stripWrappers } from "./strip-wrappers.ts";

// What Claude Code asks about although an allow rule names the command. An allow verdict of ours must not lift that.

/** Builtins that run text as code, or change how later words are read; the client asks about them under any prefix rule. */
const EVALUATORS: ReadonlySet<string> = new Set(
  (
    "eval exec source . trap alias unalias enable shopt set hash coproc fc export declare typeset local " +
    "readonly bind complete mapfile readarray"
  ).split(" "),
);
const FOLDER_CHANGES: ReadonlySet<string> = new Set(["cd", "pushd", "popd"]);
const FIND_ACTS = /^-(?:exec|execdir|ok|okdir|delete|fprint\w*|fls)$/;

/** Programs whose operands the client checks against the working folders, whatever a rule allows (2.1.330), or may. */
const PATH_PROGRAMS: ReadonlySet<string> = new Set(
  (
    "cat head tail wc sort uniq cut paste column file stat diff cmp comm ls find hexdump od base64 strings nl " +
    "tac rev sha1sum sha256sum md5sum cd pushd popd tee touch mkdir rmdir rm mv cp ln dd sed awk jq tr grep " +
    "egrep fgrep rg git chmod chown truncate unlink shred install rsync"
  ).split(" "),
);
const OUTSIDE = /^(?:-[^/]*)?[/~]|(?:^|[/=])\.\.(?:\/|$)|=[/~]/;
const HIDDEN_BLANK = /\\\s|[^\P{Zs} ]|[\p{Zl}\p{Zp}\p{Cf}]|[^\P{Cc}\t]/u;

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
  // A wrapper spelled in a way the client does not look through hides what runs.
  if (isRunner(programs.at(-1) ?? "")) return false;
  if (programs.some((program) => program === "" || EVALUATORS.has(program))) return false;
  const usesPaths = programs.some((program) => PATH_PROGRAMS.has(program));
  if (usesPaths && (words.some(leavesFolder) || GUARDED.test(text))) return false;
  if (programs.includes("find") && words.some(({ value }) => FIND_ACTS.test(value))) return false;
  return !HIDDEN_BLANK.test(text) && redirections.every(isHarmlessRedirection);
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

/** Whether a redirection reaches no file: a descriptor, or /dev/null. */
export function isHarmlessRedirection({ operator, target }: Redirection): boolean {
  if (!target.fixed) return false;
  if (operator === ">&" || operator === "<&") return /^\d+$/.test(target.text);
  return ["<", ">", ">>", ">|", "&>", "&>>"].includes(operator) && target.text === "/dev/null";
}
