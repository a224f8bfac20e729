import { type HostPath, joinHost } from "../core/paths.ts";
import { quote } from "./quote.ts";

/** How much of the original stands in the comment of the rewritten line, in characters. */
const COMMENT_LENGTH = 160;

/**
 * One printable line of the original for the comment: control characters and line ends become spaces, and the
 * apostrophe becomes a typographic one, so that every release of Claude Code quotes the line in the same way.
 */
export function renderComment(command: string): string {
  const line = command
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .replaceAll("'", "\u2019")
    .trim();
  if (line.length <= COMMENT_LENGTH) return line;
  const head = line.slice(0, COMMENT_LENGTH - 1).replace(/[\ud800-\udbff]$/, "");
  return `${head}…`;
}

export interface RewriteSite {
  readonly runner: HostPath;
  readonly jobs: HostPath;
}

/** The file in which the runner leaves the folder that the command ended in; missing when it is the one it began in. */
export function cwdFile(site: RewriteSite, id: string): HostPath {
  return joinHost(site.jobs, `${id}.cwd`);
}

/** The part of the rewritten line that acts, up to the comment. */
export function renderAction(site: RewriteSite, id: string): string {
  const run = `${quote(site.runner)} ${id}`;
  const ended = quote(cwdFile(site, id));
  const follow = `{ [ -s ${ended} ] && cd -- "$(cat ${ended})" 2>/dev/null || :; }`;
  return `${run} && ${follow}  # `;
}

/**
 * The line that Claude Code runs instead of the original. It carries no operand of the command: only the job's id,
 * and the original as a comment for people. Claude Code records its working folder only after success, hence `&&`.
 * `cd` gets the folder that the runner has checked, if the command ended in another one than it began in; a failing `cd`
 * leaves the shell where it was.
 */
export function renderCommand(site: RewriteSite, id: string, original: string): string {
  return renderAction(site, id) + renderComment(original);
}
