import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type VerifyReport, verifyReport } from "../../src/cli/report-schemas.ts";
import { toReport } from "../../src/cli/verify-report.ts";
import { hostPath } from "../../src/core/paths.ts";
import { nodeHost } from "../../src/host/node-host.ts";
import { chooseSubjects } from "../../src/verify/subjects.ts";
import { verify, type VerifyOptions } from "../../src/verify/verify.ts";
import { engineAvailable } from "../support/engines.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const SMALL = { image: "docker.io/library/debian:bookworm-slim" };
const ENGINES = (["bubblewrap", "docker", "podman"] as const).filter((name) => engineAvailable(name));

function user(sandhook: Readonly<Record<string, unknown>>): TempHome {
  const made = makeTempHome();
  writeFile(path.join(made.home, ".claude/settings.json"), { sandhook });
  return made;
}

/** Attacks in this process, as the command does. */
async function attack(
  { home, project }: TempHome,
  engines: readonly (typeof ENGINES)[number][],
  weaken?: VerifyOptions["weaken"],
): Promise<VerifyReport> {
  const host = nodeHost({ HOME: home });
  const result = await verify({
    subjects: engines.flatMap((engine) => chooseSubjects(host, hostPath(project), engine).subjects),
    folder: hostPath(path.join(home, ".cache/sandhook")),
    source: { folder: hostPath(path.resolve("dist")), version: "0.0.0" },
    node: process.execPath,
    onStep: () => undefined,
    ...(weaken === undefined ? {} : { weaken }),
  });
  expect(readdirSync(path.join(home, ".cache/sandhook"))).toEqual([]);
  return verifyReport.parse(toReport(result));
}

const idsOf = (report: VerifyReport, engine: string, result: string): string[] =>
  report.attempts.filter(({ engines }) => engines[engine]?.result === result).map(({ id }) => id);

describe.runIf(ENGINES.length > 0)("sandhook verify", () => {
  it("shows on every engine here that what gets out without a sandbox is contained in it", async () => {
    const report = await attack(user({ container: SMALL }), ENGINES);
    expect(report.engines).toEqual(ENGINES.map((engine) => ({ engine })));
    expect(report.notContained).toEqual([]);
    for (const engine of ENGINES) expect(idsOf(report, engine, "contained").length).toBeGreaterThan(90);
    expect(new Set(report.attempts.filter(({ control }) => control).map(({ topic }) => topic)).size).toBe(11);
  });
});

/** Runs the command of a job as it is. */
const NO_SANDBOX =
  '#!/bin/sh\ncommand=$(cat "$HOME/.local/share/sandhook/jobs/$1/command")\neval "$command"\n';

describe.runIf(engineAvailable("bubblewrap"))("sandhook verify", () => {
  it("says NOT contained of everything when the runner starts no sandbox", async () => {
    const report = await attack(user({}), ["bubblewrap"], ({ state }) => {
      const runner = path.join(state, "current/libexec/sandhook-run");
      writeFileSync(runner, NO_SANDBOX);
      chmodSync(runner, 0o755);
    });
    const possible = report.attempts.filter(({ control }) => control).map(({ id }) => id);
    // That runner claims no job, by which running another one's would show.
    expect(report.notContained).toEqual(possible.filter((id) => id !== "state.run-job"));
  });

  it("says which attempts the user's own settings let out, and ends with 1", () => {
    const { home, project } = user({ network: "open", filesystem: { allowRead: ["~/.netrc"] } });
    const args = [path.resolve("dist/sandhook.mjs"), "verify", "--engine", "bubblewrap", "--json"];
    const env = { HOME: home, PATH: process.env["PATH"] ?? "" };
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: project, env, encoding: "utf8" });
    const report = verifyReport.parse(JSON.parse(stdout));
    expect(status).toBe(1);
    expect(report.notContained).toContain("secrets.netrc");
    expect(report.notContained).toContain("network.localhost");
    const meant = /^network\.|^secrets\.netrc$|^sockets\.(abstract|of-)/;
    expect(report.notContained.filter((id) => !meant.test(id))).toEqual([]);
  });
});
