import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { InputError } from "../core/errors.ts";
import { hostPath, joinHost } from "../core/paths.ts";
import { nodeHost } from "../host/node-host.ts";
import { chooseSubjects, ENGINE_NAMES, type EngineChoice } from "../verify/subjects.ts";
import { type Verification, verify } from "../verify/verify.ts";
import type { InstallContext } from "./install-context.ts";
import { verifyReport } from "./report-schemas.ts";
import { ownTerminal, runGuarded, type Terminal } from "./terminal.ts";
import { toReport } from "./verify-report.ts";
import { printTable } from "./verify-table.ts";

interface VerifyFlags {
  readonly engine?: EngineChoice;
  readonly json?: true;
}

function engineChoice(text: string): EngineChoice {
  const known = [...ENGINE_NAMES, "all"] as const;
  const found = known.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`Write one of ${known.join(", ")}.`);
  return found;
}

/** Adds `verify`: exit code 0 when every attempt that was made was contained, else 1. */
export function addVerifyCommand(program: Command, { source, node }: InstallContext): void {
  program
    .command("verify")
    .description("attack your own sandbox, in throw-away folders, and show what it contained")
    .option(
      "--engine <name>",
      "an engine, or all that work here; default: the one your settings choose",
      engineChoice,
    )
    .option("--json", "for programs")
    .addHelpText("after", "\nExample:\n  sandhook verify --engine all")
    .action((flags: VerifyFlags) => {
      const terminal = ownTerminal();
      return runGuarded(terminal, async () => {
        const host = nodeHost(process.env);
        const { subjects, absent } = chooseSubjects(host, hostPath(process.cwd()), flags.engine);
        for (const reason of absent) terminal.tell(`not here: ${reason}`);
        if (subjects.length === 0) {
          throw new InputError({
            code: "verify.no-engine",
            message: "no engine works here, so there is nothing to attack",
            hint: "Type: sandhook doctor",
          });
        }
        const result = await verify({
          subjects,
          folder: joinHost(host.home, ".cache/sandhook"),
          source,
          node,
          onStep: (step) => {
            terminal.tell(`attacking: ${step}`);
          },
        });
        return report(result, flags, terminal);
      });
    });
}

function report(result: Verification, flags: VerifyFlags, terminal: Terminal): number {
  const data = toReport(result);
  if (flags.json === true) terminal.print(JSON.stringify(verifyReport.parse(data), undefined, 2));
  else printTable(data, terminal);
  return data.notContained.length === 0 && data.engines.every(({ failed }) => failed === undefined) ? 0 : 1;
}
