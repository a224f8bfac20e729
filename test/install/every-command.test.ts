import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { installContext } from "../../src/cli/install-context.ts";
import { buildProgram } from "../../src/cli/program.ts";
import {
  auditVerifyReport,
  learnReport,
  managedVerifyReport,
  networkShowReport,
} from "../../src/cli/record-schemas.ts";
import {
  doctorReport,
  explainReport,
  explainToolReport,
  trustReport,
  whyReport,
} from "../../src/cli/report-schemas.ts";
import { statusReport } from "../../src/cli/status-schema.ts";
import { auditRecord } from "../../src/runtime/audit/parse-record.ts";
import { askHook, asUser, type Ground } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

interface Row {
  /** As a person types it behind `sandhook`. */
  readonly line: string;
  readonly code: number;
  /** What it prints with `--json`, which then takes the place of the same without a terminal. */
  readonly json?: z.ZodType;
}

const row = (line: string, code = 0, json?: z.ZodType): Row => ({ line, code, ...(json && { json }) });

/** Every command. What starts Claude Code or attacks a sandbox is played by tests of its own, and shows its help here. */
const ROWS: readonly Row[] = [
  row("--version"),
  row("install --dry-run --yes --scope local --engine bubblewrap --client-version 2.1.330"),
  row("uninstall --dry-run"),
  row("managed export --format plist"),
  row("managed verify --staging ./nothing", 1, managedVerifyReport),
  row("doctor", 1, doctorReport),
  row("trust --show", 0, trustReport),
  row("verify --help"),
  row("claude --help"),
  row("explain true", 0, explainReport),
  row("explain --tool Read --path x", 0, explainToolReport),
  row("why last", 0, whyReport),
  row("allow env MY_TOKEN --yes"),
  row("status", 0, statusReport),
  row("stop"),
  row("rm"),
  row("prune"),
  row("logs"),
  row("shell", 1),
  row("network show", 0, networkShowReport),
  row("network log"),
  row("learn --dry-run", 0, learnReport),
  row("audit", 0, auditRecord),
  row("audit verify", 0, auditVerifyReport),
  row("audit export --to stdout"),
  row("completion bash"),
  row("report --out -"),
  row("statusline"),
  row("statuss", 2),
];

/** Commands that colour what they print. */
const COLOURED = ["doctor", "status", "why last", "explain true", "audit"];

interface Ended {
  readonly code: number;
  readonly output: string;
}

interface Typed {
  readonly line: string;
  /** Set before it, e.g. `NO_COLOR=1`. */
  readonly variable?: string;
}

/** Runs the lines one after the other in one shell of the ground's user, on a terminal or without one. */
async function play(
  ground: Ground,
  lines: readonly Typed[],
  { terminal }: { readonly terminal: boolean },
): Promise<readonly Ended[]> {
  const program = path.join(ground.home, ".local/share/sandhook/current/sandhook.mjs");
  const steps = lines.map(
    ({ line, variable = "" }, at) =>
      `printf '@@%s@@\\n' ${at}; ${variable} '${process.execPath}' '${program}' ${line}${terminal ? "" : " </dev/null"}; printf '@@code %s@@\\n' $?`,
  );
  const script = path.join(ground.home, "play.sh");
  writeFileSync(script, `${steps.join("\n")}\n`, { mode: 0o644 });
  const env = [`HOME=${ground.home}`, "PATH=/usr/bin:/bin", "TERM=xterm", "LANG=C.UTF-8"];
  const shell = terminal ? ["script", "-qec", `/bin/sh '${script}'`, "/dev/null"] : ["/bin/sh", script];
  const [file = "", ...args] = asUser(ground, [...["/usr/bin/env", "-i", ...env], ...shell]);
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(file, args, { cwd: ground.project, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => (text += part.toString()));
    child.once("error", reject);
    child.once("close", () => {
      resolve(text.replaceAll("\r\n", "\n"));
    });
  });
  return lines.map((_, at) => {
    const [, body = "", code = "-1"] = new RegExp(`@@${at}@@\\n([^]*?)@@code (\\d+)@@`).exec(output) ?? [];
    return { code: Number(code), output: body };
  });
}

function makeGround(): Ground {
  const ground = bubblewrapGround({ network: { allowedDomains: ["example.org"], presets: [] } });
  askHook(ground, "nul \0");
  return ground;
}

const leaves = (command: Command, above = ""): readonly string[] =>
  command.commands.flatMap((each) => {
    const name = `${above}${each.name()}`;
    return [...(each.commands.length === 0 || name === "audit" ? [name] : []), ...leaves(each, `${name} `)];
  });

describe.runIf(engineAvailable("bubblewrap"))("every command", () => {
  it("is among those that are played here", () => {
    const program = buildProgram(installContext({ folder: "/nonexistent", version: "0.0.0" }));
    const missing = leaves(program).filter(
      (name) => !ROWS.some(({ line }) => `${line} `.startsWith(`${name} `)),
    );
    expect(missing).toEqual([]);
  });

  it("ends with its code with and without a terminal, in plain text without one, and its JSON has its schema", async () => {
    const asJson = ROWS.map(({ line, json }) => ({ line: json === undefined ? line : `${line} --json` }));
    const plain = COLOURED.map((line) => ({ line, variable: "NO_COLOR=1" }));
    const [piped, shown] = await Promise.all([
      play(makeGround(), asJson, { terminal: false }),
      play(makeGround(), [...ROWS, ...plain], { terminal: true }),
    ]);
    const codes = (ended: readonly Ended[]): readonly string[] =>
      ROWS.map(({ line }, at) => `${line}: ${ended[at]?.code ?? ""}`);
    const expected = ROWS.map(({ line, code }) => `${line}: ${code}`);
    expect([codes(piped), codes(shown)]).toEqual([expected, expected]);
    for (const [at, { line, json }] of ROWS.entries()) {
      const output = piped[at]?.output ?? "";
      expect(output, line).not.toContain("\u001b");
      // The words beside an answer go to standard error, which is here the same; of records one stands on a line.
      const answer = output.replace(/^[a-z].*\n/gm, "");
      if (json !== undefined)
        expect(() => json.parse(JSON.parse(answer)), `${line}\n${answer}`).not.toThrow();
    }
    for (const [at, line] of COLOURED.entries()) {
      const [colour, none] = [ROWS.findIndex((each) => each.line === line), ROWS.length + at];
      expect(shown[colour]?.output, line).toMatch(/\u001b\[\d+m/);
      expect(shown[none]?.output, line).not.toContain("\u001b");
      expect(shown[none]?.output, line).not.toBe("");
    }
  }, 300_000);
});
