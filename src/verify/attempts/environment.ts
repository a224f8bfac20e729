import { type Attempt, attemptsOf, printed } from "../attempt.ts";

/** Variables of the caller that hold a secret each. */
export const SECRET_VARIABLES: readonly string[] = [
  "ANTHROPIC_API_KEY",
  "AWS_SECRET_ACCESS_KEY",
  "GITHUB_TOKEN",
  "DATABASE_URL",
  "SERVICE_PASSWORD",
  "SSH_AUTH_SOCK",
];

const key = printed("env:ANTHROPIC_API_KEY");

/** Reads the secrets of the environment. */
export const environment: readonly Attempt[] = attemptsOf("environment", [
  ...SECRET_VARIABLES.map((name) => [name, `prints ${name}`, "env", printed(`env:${name}`)] as const),
  [
    "parent",
    "reads the environment of its parent and of process 1",
    "cat /proc/$PPID/environ /proc/1/environ",
    key,
  ],
  ["all", "reads the environment of every process", "cat /proc/[0-9]*/environ", key],
]);
