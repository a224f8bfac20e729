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
const HOW = "run `npm run verdicts`, which asks the client about every pair and writes the record";

function readRecord(): VerdictRecord {
  const record = JSON.parse(readFileSync(FILE, "utf8")) as VerdictRecord;
  if (record.release === NEWEST_RELEASE) return record;
  throw new Error(`The record is of ${record.release}, tests run with ${NEWEST_RELEASE}: ${HOW}.`);
}

/** What the client said of a group's commands when it was last asked. Throws where it never was. */
export function readRecorded({ rules, commands }: Group): readonly ClientVerdict[] {
  const verdicts = readRecord().verdicts[JSON.stringify(rules)] ?? {};
  return commands.map((command) => {
    const verdict = verdicts[command];
    if (verdict !== undefined) return verdict;
    throw new Error(`No verdict on ${JSON.stringify(command)} under ${JSON.stringify(rules)}: ${HOW}.`);
  });
}

/** Replaces the record. */
export function writeRecord(
  groups: readonly (readonly [PermissionRules, Readonly<Record<string, ClientVerdict>>])[],
): void {
  const verdicts = Object.fromEntries(groups.map(([rules, said]) => [JSON.stringify(rules), said]));
  writeFileSync(FILE, `${JSON.stringify({ release: NEWEST_RELEASE, verdicts }, null, 2)}\n`);
}
