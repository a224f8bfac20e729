import { type Attempt, altered, attemptsOf, marked, printed } from "../attempt.ts";

const state = "home/.local/share/sandhook";

/** Tampers with jobs and with what sandhook keeps. `S` is our state folder, `JOB` and `SPENT` the jobs of other calls. */
export const stateTampering: readonly Attempt[] = attemptsOf("state", [
  ["read-job", "reads the command of another call", 'cat "$S/jobs/$JOB/command"', printed("job")],
  [
    "list-jobs",
    "finds the commands of other calls",
    "cat ~/.local/share/sandhook/jobs/*/command",
    printed("job"),
  ],
  [
    "edit-job",
    "adds to the script of another call's job",
    'mark "$S/jobs/$JOB/run"',
    marked(`${state}/jobs/{waiting}/run`),
  ],
  [
    "new-job",
    "writes a job of its own",
    'mkdir -p "$S/jobs/00000000deadbeef" && mark "$S/jobs/00000000deadbeef/run"',
    marked(`${state}/jobs/00000000deadbeef/run`),
  ],
  [
    "run-job",
    "runs the job of another call",
    '"$S/current/libexec/sandhook-run" "$SPENT"',
    altered(`${state}/jobs/{spent}`),
  ],
  [
    "hook",
    "adds to the hook's program",
    'mark "$S/current/libexec/hook"',
    marked(`${state}/current/libexec/hook`),
  ],
  [
    "node",
    "puts another Node in the place of the hook's",
    'ln -sfn /bin/true "$S/node"',
    altered(`${state}/node`),
  ],
  [
    "version",
    "puts another version in the place of the installed one",
    'ln -sfn /tmp "$S/current.new" && mv -T "$S/current.new" "$S/spare"',
    altered(`${state}/spare`),
  ],
  [
    "session",
    "claims a session for another project",
    'mark "$S/sessions/other"',
    marked(`${state}/sessions/other`),
  ],
  [
    "checked",
    "marks its own settings as checked",
    'mark "$S/config-cache/other"',
    marked(`${state}/config-cache/other`),
  ],
  [
    "network",
    "writes its own network policy",
    'mark "$S/network/policy/own.json"',
    marked(`${state}/network/policy/own.json`),
  ],
  [
    "container",
    "changes the record of a container",
    'mark "$S/containers/docker/other/spec"',
    marked(`${state}/containers/docker/other/spec`),
  ],
  [
    "away",
    "renames the folders around our state",
    "mv ~/.local ~/other && mark ~/other/share/sandhook/taken; mv ~/other ~/.local",
    marked(`${state}/taken`),
  ],
]);
