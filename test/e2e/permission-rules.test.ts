import { describe, expect, it } from "vitest";
import { evaluateRules } from "../../src/policy/permission/evaluate-rules.ts";
import { parseBash } from "../../src/runtime/bash-parser.ts";
import { readClientVerdicts } from "./permission-rules/client-verdicts.ts";
import type { ClientVerdict } from "./permission-rules/client-verdicts.ts";
import { addToRecord, missingIn, readRecorded } from "./permission-rules/record.ts";
import { sourced } from "../support/sourced-rules.ts";
import { GROUPS } from "./permission-rules/pairs.ts";
import type { Group, PermissionRules } from "./permission-rules/pairs.ts";

/** From lax to strict; `none` means that no rule speaks, which is what a client that would ask by default says. */
const STRICTNESS = ["allow", "none", "ask", "deny"] as const;
type Verdict = (typeof STRICTNESS)[number];

type Row = {
  readonly command: string;
  readonly client: ClientVerdict;
  readonly least: Verdict;
  readonly ours: Verdict;
};

/** The laxest verdict of ours that the client's permits. An ask that comes without the ask rules too is the client's default. */
function leastVerdict(client: ClientVerdict, withoutRestrictions: ClientVerdict): Verdict {
  return client === "ask" && withoutRestrictions === "ask" ? "none" : client;
}

function compareGroup(group: Group): readonly Row[] {
  const client = readRecorded(group);
  const control = isRestricted(group) ? readRecorded(withoutAsking(group)) : undefined;
  return group.commands.map((command, at) => {
    const verdict = client[at] ?? "deny";
    const least = leastVerdict(verdict, control?.[at] ?? "ask");
    return { command, client: verdict, least, ours: ourVerdict(group.rules, command) };
  });
}

function isRestricted({ rules }: Group): boolean {
  return rules.ask !== undefined;
}

/** The control: what the client says of the same commands without the rules that ask. */
function withoutAsking({ rules: { allow = [] }, commands }: Group): Group {
  return { rules: { allow }, commands };
}

/** Everything that the client has to be asked for the comparison. */
const QUESTIONS = GROUPS.flatMap((group) => (isRestricted(group) ? [group, withoutAsking(group)] : [group]));

/** Asked in every run, to see that the record is still what the client says; the rest by `npm run verdicts`. */
const SAMPLE = QUESTIONS.filter((_, at) => at % 16 === 1);

function ourVerdict(rules: PermissionRules, command: string): Verdict {
  return evaluateRules({ rules: sourced(rules), command, parse: parseBash }).kind;
}

function renderDifferences(group: Group, rows: readonly Row[]): string {
  const lines = rows.map(({ command, least, ours }) => `  ${least} → ${ours}  ${JSON.stringify(command)}`);
  return [`${JSON.stringify(group.rules)}: ${rows.length} of ${group.commands.length} differ`, ...lines].join(
    "\n",
  );
}

describe("permission rules, ours against the client without hooks", () => {
  it.each(GROUPS)("are never laxer than the client's under $rules", (group) => {
    const rows = compareGroup(group);
    const different = rows.filter(({ ours, least }) => ours !== least);
    console.log(renderDifferences(group, different));
    const laxer = different.filter(({ ours, least }) => STRICTNESS.indexOf(ours) < STRICTNESS.indexOf(least));
    expect(laxer).toEqual([]);
  });

  it.each(SAMPLE)("are answered by the client as recorded under $rules", async (group) => {
    expect(await readClientVerdicts(group)).toEqual(readRecorded(group));
  });

  it("compare a client that allows, asks and denies", async () => {
    const verdicts = await readClientVerdicts({
      rules: { deny: ["Bash(rm:*)"], allow: ["Bash(touch:*)"] },
      commands: ["touch a", "npm install", "rm x"],
    });
    expect(verdicts).toEqual(["allow", "ask", "deny"]);
  });
});

if (process.env["SANDHOOK_VERDICTS"] === "record")
  describe("the record of the client's verdicts", () => {
    it("is written", { timeout: 3_600_000 }, async () => {
      for (const group of missingIn(QUESTIONS)) addToRecord(group, await readClientVerdicts(group));
      expect(missingIn(QUESTIONS)).toEqual([]);
    });
  });
