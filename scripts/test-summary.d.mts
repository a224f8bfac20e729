export type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number };
type Outcome = { readonly available: boolean; readonly reasons: readonly string[] };
type FileReport = {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
};

export function sumReport(
  report: { readonly testResults: readonly FileReport[] } | undefined,
  endedWell: boolean,
): Totals;
export function renderEngines(status: Readonly<Record<string, Outcome>>): readonly string[];
export function renderSecondTries(names: readonly string[]): readonly string[];
export function renderSummary(totals: Totals): string;
