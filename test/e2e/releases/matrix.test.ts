import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { engineAvailable } from "../../support/engines.ts";
import { canMountManagedSettings } from "../../support/managed-settings.ts";
import { playCell } from "./play-cell.ts";
import { type Cell, listCells, mergeResults, type PlayedCell, RELEASES } from "./cells.ts";
import { knownOutcome, writeResults } from "./results.ts";

/**
 * SANDHOOK_RELEASES: `all` plays the whole matrix, `latest` that of the release that npm calls newest, else releases with
 * commas between them; without it a few cells are played. SANDHOOK_RELEASES_RECORD writes what came out to results.json.
 */
const asked = process.env["SANDHOOK_RELEASES"];
const RECORDS = process.env["SANDHOOK_RELEASES_RECORD"] !== undefined;

function chooseCells(): Cell[] {
  if (asked === undefined) return sample();
  const only = process.env["SANDHOOK_RELEASES_ONLY"] ?? "";
  return listCells(chooseReleases(asked)).filter(({ mode }) => mode.name.includes(only));
}

function chooseReleases(wish: string): readonly string[] {
  if (wish === "all") return RELEASES;
  if (wish !== "latest") return wish.split(",");
  return [execFileSync("npm", ["view", "@anthropic-ai/claude-code", "version"], { encoding: "utf8" }).trim()];
}

/** Cells that no other file of the suite plays. */
function sample(): Cell[] {
  const wanted = [
    ["the hook prints braces that are no JSON", "2.1.144", "user"],
    ["another hook rewrites the command, last", "2.1.220", "user"],
    ["the disk is full", "2.1.330", "user"],
  ];
  return listCells(RELEASES).filter(({ mode, release, scope }) =>
    wanted.some((each) => each[0] === mode.name && each[1] === release && each[2] === scope),
  );
}

const played: PlayedCell[] = [];

/** What is never to come out of a cell. */
function forbidden({ mode, scope }: Cell): RegExp {
  if (mode.engine === "none" || (mode.beyondUserScope !== undefined && scope === "user")) return /^$/;
  return mode.beyondSandhook === undefined ? /OUTSIDE|foreign code/ : /OUTSIDE/;
}

const title = ({ mode, release, scope }: Cell): string => `${mode.name} (${release}, ${scope} scope)`;

describe.runIf(engineAvailable("bubblewrap") && canMountManagedSettings())(
  "commands on every release",
  () => {
    afterAll(() => {
      if (RECORDS) writeResults(mergeResults(played));
    });

    it.each(chooseCells().map((cell) => [title(cell), cell] as const))("stay inside: %s", async (_, cell) => {
      const { outcome, run } = await playCell(cell.mode, cell.release, cell.scope);
      played.push({ ...cell, outcome });
      expect(outcome, JSON.stringify([...run.results]) + run.stderr).not.toMatch(forbidden(cell));
      const known = knownOutcome(cell.mode.name, cell.scope, cell.release);
      if (!RECORDS && known !== undefined) expect(outcome).toBe(known);
    });
  },
);
