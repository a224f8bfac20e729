import type { FailureMode } from "./failure-mode.ts";
import type { CellScope } from "./ground.ts";
import { HOOK_FAILURES } from "./hook-failures.ts";
import { MACHINE_FAILURES } from "./machine-failures.ts";
import type { Outcome } from "./play-cell.ts";
import { REPOSITORY_FAILURES } from "./repository-failures.ts";
import { readResults, type Row } from "./results.ts";

export const MODES: readonly FailureMode[] = [...MACHINE_FAILURES, ...HOOK_FAILURES, ...REPOSITORY_FAILURES];

/** The releases that `npm run test:releases` plays, oldest first; `--latest` plays one more. */
export const RELEASES = ["2.0.76", "2.1.144", "2.1.220", "2.1.295", "2.1.330"] as const;

export interface Cell {
  readonly mode: FailureMode;
  readonly release: string;
  readonly scope: CellScope;
}

export type PlayedCell = Cell & { readonly outcome: Outcome };

/** Every cell for some releases: user scope, and managed scope where a user cannot close it. */
export function listCells(releases: readonly string[]): Cell[] {
  return MODES.flatMap((mode) => {
    const beyond = mode.beyondUserScope ?? mode.beyondSandhook;
    const scopes = beyond === undefined ? ["user" as const] : (["user", "managed"] as const);
    return scopes.flatMap((scope) => releases.map((release) => ({ mode, release, scope })));
  });
}

/** The committed matrix with new outcomes in it, in the order of the modes; modes that are gone go. */
export function mergeResults(played: readonly PlayedCell[]): readonly Row[] {
  const before = readResults();
  return MODES.map(({ name, beyondUserScope, beyondSandhook }) => {
    const known = before.find(({ mode }) => mode === name);
    const because = beyondUserScope ?? beyondSandhook;
    const outcomes = (scope: CellScope): Pick<Row, CellScope> => {
      if (scope === "managed" && because === undefined) return {};
      const fresh = played.filter(({ mode, ...cell }) => mode.name === name && cell.scope === scope);
      const all = {
        ...known?.[scope],
        ...Object.fromEntries(fresh.map((cell) => [cell.release, cell.outcome])),
      };
      return Object.keys(all).length === 0 ? {} : { [scope]: all };
    };
    return {
      mode: name,
      ...(because !== undefined && { because }),
      ...outcomes("user"),
      ...outcomes("managed"),
    };
  });
}
