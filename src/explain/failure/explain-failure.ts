import { renderSource } from "../../config/source.ts";
import { quote } from "../../rewrite/quote.ts";
import { type Clue, findClues } from "./clue.ts";
import type { FailedCall, FailureReason } from "./failure-reason.ts";
import { judgeOwnWord } from "./judge-own-word.ts";
import { judgeTexts } from "./judge-paths.ts";

/** Programs that show the text of others: what they print says nothing about their own call. */
const READERS =
  /^\s*(?:cat|head|tail|less|more|grep|egrep|fgrep|rg|ag|sed|awk|jq|bat|journalctl|dmesg|diff|git (?:log|show|diff|grep|blame))\b/;

/** A lone reader can fail for its own path only; in a longer line nobody knows who printed what. */
function showsOthersText(command: string): boolean {
  return command.split(/&&|\|\||[|;&\n]/).some((part) => READERS.test(part));
}

function judgeClue(clue: Clue, call: FailedCall): FailureReason | undefined {
  const { plan, config } = call;
  switch (clue.kind) {
    case "not-started":
    case "limit":
    case "container-gone":
      return judgeOwnWord(clue, call);
    case "unwritable":
      return judgeTexts(clue.texts, "write", call);
    case "unreadable":
      return judgeTexts(clue.texts, "read", call);
    case "unreachable": {
      if (plan.network.mode !== "none") return undefined;
      return {
        code: "network.none",
        sentence: `sandboxed commands have no network here (key: sandhook.network, ${renderSource(config["network.mode"].source)})`,
        ...(clue.host === undefined ? {} : { allow: ["network", clue.host] }),
      };
    }
  }
}

/** Only the beginning of a line says who complains; text that is shown can hold anything. */
function ownComplaint(line: string): boolean {
  return READERS.test(`${line.split(":")[0] ?? ""} `);
}

/** Of a line that shows text, what its readers say of themselves. */
function ownOutput({ plan, output }: FailedCall): string {
  if (!showsOthersText(plan.call.command)) return output;
  return output
    .split("\n")
    .filter((line) => ownComplaint(line) || line.startsWith("sandhook: "))
    .join("\n");
}

/**
 * The reason why the sandbox made a command fail, or undefined when it cannot be shown that it did: a path must be one
 * that the plan closes and that this user could use without it; a name must be asked for where there is no network.
 * Pure but for the host it looks at.
 */
export function explainFailure(call: FailedCall): FailureReason | undefined {
  const [refused] = call.refused;
  if (refused !== undefined) {
    const listed = refused.code === "host-not-listed";
    return {
      code: "network.refused",
      sentence: `the proxy refused ${refused.host} to this command (${refused.code}; key: sandhook.network.${listed ? "allowedDomains" : "deniedDomains"})`,
      ...(listed ? { allow: ["network", refused.host] } : {}),
    };
  }
  const quoted = showsOthersText(call.plan.call.command);
  for (const clue of findClues(ownOutput(call))) {
    // A reader may show a log in which these words stand.
    if (quoted && (clue.kind === "limit" || clue.kind === "container-gone")) continue;
    const reason = judgeClue(clue, call);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** For the model: what was refused, and what a person can type. One or two lines. */
export function renderReason({ sentence, allow }: FailureReason): string {
  const words = allow?.map(quote);
  return [
    `sandhook: ${sentence}.`,
    ...(words === undefined ? [] : [`To allow it, a person types: sandhook allow ${words.join(" ")}`]),
  ].join("\n");
}
