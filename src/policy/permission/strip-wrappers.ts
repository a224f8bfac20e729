import type { SimpleCommand, Word } from "./split-command.ts";

/** Variables that cannot change what a command does in a way that matters; an allow rule looks past them. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    "GOOS GOARCH CGO_ENABLED GO111MODULE RUST_BACKTRACE RUST_LOG NODE_ENV PYTHONUNBUFFERED " +
    "PYTHONDONTWRITEBYTECODE PYTEST_DISABLE_PLUGIN_AUTOLOAD CI LANGUAGE LC_TIME CHARSET TERM COLORTERM NO_COLOR " +
    "FORCE_COLOR TZ"
  ).split(" "),
);
const BARE_VALUE = /^[\w./-]+$/;
const DURATION = /^\d+(?:\.\d+)?[smhd]?$/;

/**
 * The words behind the wrappers that Claude Code looks through for an allow rule, and only in the spelling that it
 * accepts: `timeout [-k D] [-s SIG] [--long[=x]] D`, `time`, `nice [-n N|-N]`, `nohup`, `stdbuf -oL`, `command [-p|--]`,
 * `builtin`, `noglob`, then one bare `xargs`. Gives every form on the way, outermost first. Measured on 2.1.330.
 */
export function stripWrappers(words: readonly Word[]): readonly (readonly Word[])[] {
  const forms: (readonly Word[])[] = [words];
  for (let rest = words; rest.length > 0;) {
    const taken = wrapperLength(
      rest.map(({ text }) => text),
      rest[0]?.value ?? "",
    );
    if (taken === 0 || taken >= rest.length) return forms;
    const last = rest[0]?.value === "xargs";
    rest = rest.slice(taken);
    forms.push(rest);
    if (last) return forms;
  }
  return forms;
}

/** Whether an allow rule may look past the assignments in front of a command. */
export function onlyHarmlessAssignments({ assignments }: SimpleCommand): boolean {
  return assignments.every(
    ({ name, text }) =>
      HARMLESS.has(name) && text.startsWith(`${name}=`) && BARE_VALUE.test(text.slice(name.length + 1)),
  );
}

function wrapperLength(texts: readonly string[], name: string): number {
  const next = texts[1] ?? "";
  switch (name) {
    case "nohup":
    case "builtin":
    case "noglob":
    case "time":
    case "xargs":
      return next.startsWith("-") ? 0 : 1;
    case "command":
      return next === "-p" || next === "--" ? 2 : next.startsWith("-") ? 0 : 1;
    case "nice":
      return niceLength(texts);
    case "stdbuf":
      return stdbufLength(texts);
    case "timeout":
      return timeoutLength(texts);
    default:
      return 0;
  }
}

function niceLength([, option = "", level = ""]: readonly string[]): number {
  if (option === "-n") return /^-?\d+$/.test(level) ? 3 : 0;
  if (/^-\d+$/.test(option)) return 2;
  return option.startsWith("-") ? 0 : 1;
}

function stdbufLength(texts: readonly string[]): number {
  const end = texts.findIndex((text, at) => at > 0 && !/^-[ioe](?:L|\d+)$/.test(text));
  return end <= 1 || texts[end]?.startsWith("-") === true ? 0 : end;
}

function timeoutLength(texts: readonly string[]): number {
  let at = 1;
  for (; texts[at]?.startsWith("-") === true; at += 1) {
    const option = texts[at] ?? "";
    if (option === "-k" || option === "-s") at += 1;
    else if (!/^--(?:foreground|preserve-status|(?:signal|kill-after)=\w+)$/.test(option)) return 0;
  }
  return DURATION.test(texts[at] ?? "") ? at + 1 : 0;
}
