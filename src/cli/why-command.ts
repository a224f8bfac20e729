import type { Command } from "commander";
import { InputError } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import { renderReason } from "../explain/failure/explain-failure.ts";
import { nodeHost } from "../host/node-host.ts";
import { type Journaled, listCalls } from "../runtime/call-journal.ts";
import { locateSite } from "../runtime/site.ts";
import { type WhyReport, whyReport } from "./report-schemas.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";

interface WhyFlags {
  readonly json?: true;
}

/** Adds `why`: what was refused to a call, by which rule, and the smallest change that would let it through. */
export function addWhyCommand(program: Command): void {
  program
    .command("why")
    .description("what was refused to a call of the last day, by which rule, and what would allow it")
    .argument("<call>", "the id of a tool call, or last: the last one that was refused something")
    .option("--json", "for programs")
    .addHelpText("after", "\nExample:\n  sandhook why last")
    .action((call: string, { json }: WhyFlags) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, () => {
        const found = findCall(call);
        if (json === true) terminal.print(JSON.stringify(whyReport.parse(toReport(found)), undefined, 2));
        else print(found, terminal);
        return 0;
      });
    });
}

function wasRefused({ decision, failure }: Journaled): boolean {
  return decision === "deny" || failure !== undefined;
}

function findCall(wanted: string): Journaled {
  const { state } = locateSite(nodeHost(process.env), hostPath("/"));
  for (const call of listCalls(state)) {
    if (wanted === "last" ? wasRefused(call) : call.toolUseId === wanted || call.id === wanted) return call;
  }
  throw new InputError({
    code: "why.unknown-call",
    message: wanted === "last" ? "nothing was refused in the last day" : `no call ${wanted} in the last day`,
    hint: "Without one, ask about a command: sandhook explain -- npm test",
  });
}

function toReport({
  id,
  time,
  tool,
  toolUseId,
  project,
  subject,
  decision,
  reason,
  failure,
}: Journaled): WhyReport {
  const called = toolUseId === undefined ? {} : { toolUseId };
  const base = { id, ...called, time, tool, project, subject, decision };
  if (decision === "deny") return { ...base, refused: true, reason };
  if (failure === undefined) return { ...base, refused: false, reason };
  const { code, sentence, allow } = failure;
  return {
    ...base,
    refused: true,
    code,
    reason: sentence,
    ...(allow === undefined ? {} : { allow: [...allow] }),
  };
}

function print(call: Journaled, { print: line, paint }: Terminal): void {
  line(`${call.time}  ${call.tool}  ${call.project}`);
  line(paint("bold", call.subject.split("\n")[0] ?? ""));
  if (call.decision === "deny") line(`${paint("red", "not run")}: ${call.reason}`);
  else if (call.failure !== undefined) line(renderReason(call.failure));
  else line(`nothing that sandhook refused is known of this call (${call.reason || "undecided"})`);
}
