import { readFileSync, writeFileSync } from "node:fs";
import { NEWEST_RELEASE } from "../../support/client-release.ts";
import type { ClientVerdict } from "./client-verdicts.ts";
import type { Group, PermissionRules } from "./pairs.ts";

/** What the client of one release said; `verdicts` is by rules (as JSON) and command. */
interface VerdictRecord {
  readonly release: string;
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, ClientVerdict>>>>;
}

const FILE = new URL("recorded-verdicts.json", import.meta.url);
const HOW = "run `npm run verdicts`, which asks the client about what the record lacks";

const key = (rules: PermissionRules): string => JSON.stringify(rules);

/** Nothing when it is of another release. */
function readRecord(): VerdictRecord["verdicts"] {
  const record = JSON.parse(readFileSync(FILE, "utf8")) as VerdictRecord;
  return record.release === NEWEST_RELEASE ? record.verdicts : {};
}

/** What the client said of a group's commands when it was last asked. Throws where it never was. */
export function readRecorded({ rules, commands }: Group): readonly ClientVerdict[] {
  const verdicts = readRecord()[key(rules)] ?? {};
  return commands.map((command) => {
    const verdict = verdicts[command];
    if (verdict !== undefined) return verdict;
    throw new Error(
      `${NEWEST_RELEASE} was not asked about ${JSON.stringify(command)} under ${key(rules)}: ${HOW}.`,
    );
  });
}

/** What of these the record lacks. */
export function missingIn(groups: readonly Group[]): readonly Group[] {
  const known = readRecord();
  return groups.flatMap(({ rules, commands }) => {
    const missing = commands.filter((command) => known[key(rules)]?.[command] === undefined);
    return missing.length === 0 ? [] : [{ rules, commands: missing }];
  });
}

/** Adds to the record; what is of another release goes. */
export function addToRecord({ rules, commands }: Group, said: readonly ClientVerdict[]): void {
  const known = readRecord();
  const added = Object.fromEntries(commands.map((command, at) => [command, said[at]]));
  const verdicts = { ...known, [key(rules)]: { ...known[key(rules)], ...added } };
  writeFileSync(FILE, `${JSON.stringify({ release: NEWEST_RELEASE, verdicts }, null, 2)}\n`);
}
