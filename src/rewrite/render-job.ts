import type { Leave } from "../core/decision.ts";
import { InputError } from "../core/errors.ts";
import type { Invocation } from "../core/engine.ts";
import type { EnvironmentPlan, Plan } from "../core/plan.ts";
import { type HostPath, isInside } from "../core/paths.ts";
import { quote } from "./quote.ts";

/** Raised when the shape of job scripts changes; the runner refuses any other number. */
export const JOB_FORMAT = 1;

const NAME_PATTERN = /^[A-Za-z_*][A-Za-z0-9_*]*$/;

function alternatives(patterns: readonly string[]): string {
  for (const pattern of patterns) {
    if (NAME_PATTERN.test(pattern)) continue;
    throw new InputError({
      code: "environment.bad-name",
      message: `${JSON.stringify(pattern)} is not a variable name or pattern`,
      hint: "Use letters, digits, underscore and *, for example MY_TOKEN or AWS_*.",
    });
  }
  return patterns.length === 0 ? "''" : patterns.join("|");
}

/** Shell functions that sort variable names: `denied NAME` and `passed NAME` (for containers). */
function renderNameTests(environment: EnvironmentPlan): string[] {
  return [
    `denied() { case $1 in ${alternatives(environment.denyAlways ?? [])}) return 0;; ${alternatives(environment.pass)}) return 1;; ${alternatives(environment.deny)}) return 0;; *) return 1;; esac; }`,
    `passed() { case $1 in ${alternatives(environment.containerPass)}) return 0;; *) return 1;; esac; }`,
  ];
}

function renderSettings({ set, added = {} }: EnvironmentPlan, engine: Invocation["engine"]): string[] {
  const isContainer = engine === "docker" || engine === "podman";
  const render = (kind: string, values: Readonly<Record<string, string>>, more = ""): string[] =>
    Object.entries(values).map(([name, value]) => {
      alternatives([name]);
      return `${kind} ${quote(name)} ${quote(value)}${more}`;
    });
  return [...render("set_variable", set), ...render("add_variable", added, isContainer ? " container" : "")];
}

/** Folders below /tmp that keep their own path inside, although /tmp itself is another folder there. */
function ownPathsBelowTmp({ filesystem }: Plan): HostPath[] {
  return [...filesystem.writable, ...filesystem.readable].filter((path) => isInside(path, "/tmp"));
}

/**
 * The script of a job that runs on the host, for the call and until the second (since 1970) that its leave names.
 * @throws InputError `environment.bad-name`, `quote.nul`
 */
export function renderOutsideJob({
  leave,
  expires,
}: {
  readonly leave: Leave;
  readonly expires: number;
}): string {
  return [
    `job_format ${JOB_FORMAT}`,
    "record_run host required",
    `denied() { case $1 in ${alternatives(leave.denied)}) return 0;; *) return 1;; esac; }`,
    ["run_outside", expires, quote(leave.sessionId)].join(" "),
    "",
  ].join("\n");
}

/**
 * The job's script: sourced by `sandhook-run`, it only calls the runner's functions, with every operand quoted.
 * @throws InputError `environment.bad-name`, `quote.nul`
 */
export function renderJob(plan: Plan, invocation: Invocation): string {
  const steps = invocation.steps.map(([name, ...operands]) => [name, ...operands.map(quote)].join(" "));
  return [
    `job_format ${JOB_FORMAT}`,
    `record_run ${invocation.engine} ${plan.recordRequired === true ? "required" : "optional"}`,
    ["visible_tmp", ...[plan.filesystem.temporary, ...ownPathsBelowTmp(plan)].map(quote)].join(" "),
    ...renderNameTests(plan.environment),
    ...renderSettings(plan.environment, invocation.engine),
    ...steps,
    "",
  ].join("\n");
}
