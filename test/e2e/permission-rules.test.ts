import { describe, expect, it } from "vitest";
import { evaluateRules } from "../../src/policy/permission/evaluate-rules.ts";
import { parseBash } from "../../src/runtime/bash-parser.ts";
import { readClientVerdicts } from "./permission-rules/client-verdicts.ts";
import type { ClientVerdict } from "./permission-rules/client-verdicts.ts";
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

async function compareGroup(group: Group): Promise<readonly Row[]> {
  const client = await readClientVerdicts(group);
  const restricted = group.rules.ask !== undefined;
  const control = restricted
    ? await readClientVerdicts({ ...group, rules: allowOnly(group.rules) })
    : undefined;
  return group.commands.map((command, at) => {
    const verdict = client[at] ?? "deny";
    const least = leastVerdict(verdict, control?.[at] ?? "ask");
    return { command, client: verdict, least, ours: ourVerdict(group.rules, command) };
  });
}

function allowOnly({ allow = [] }: PermissionRules): PermissionRules {
  return { allow };
}

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
  it.each(GROUPS)("are never laxer than the client's under $rules", async (group) => {
    const rows = await compareGroup(group);
    const different = rows.filter(({ ours, least }) => ours !== least);
    console.log(renderDifferences(group, different));
    const laxer = different.filter(({ ours, least }) => STRICTNESS.indexOf(ours) < STRICTNESS.indexOf(least));
    expect(laxer).toEqual([]);
  });

  it("compare a client that allows, asks and denies", async () => {
    const verdicts = await readClientVerdicts({
      rules: { deny: ["Bash(rm:*)"], allow: ["Bash(touch:*)"] },
      commands: ["touch a", "npm install", "rm x"],
    });
    expect(verdicts).toEqual(["allow", "ask", "deny"]);
  });
});
