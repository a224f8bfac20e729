/** macOS's reader of the unified log; a shell function or program of that name elsewhere is not asked. */
const LOG = "/usr/bin/log";

/**
 * The command line that lists what the kernel denied to one call, newest `seconds` only. The tag is in every denial of
 * the profile's default rule; final denies are found by the process ids of the call.
 */
export function violationLogArgv(
  tag: string,
  processIds: readonly number[],
  seconds: number,
): readonly string[] {
  if (!/^[a-z0-9-]+$/.test(tag)) throw new RangeError(`${JSON.stringify(tag)} is not a tag`);
  const wholeSeconds = Math.max(1, Math.ceil(seconds));
  const byProcess = processIds
    .filter((id) => Number.isInteger(id) && id > 0)
    .map((id) => `eventMessage CONTAINS "(${id}) deny("`);
  const matches = [`eventMessage CONTAINS "${tag}"`, ...byProcess].join(" OR ");
  return [
    LOG,
    "show",
    "--style",
    "ndjson",
    "--last",
    `${wholeSeconds}s`,
    "--predicate",
    `sender == "Sandbox" AND eventMessage CONTAINS "deny(" AND (${matches})`,
  ];
}
