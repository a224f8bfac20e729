import type { ExplainedSettings } from "../explain/explain-settings.ts";

/** Prints a name, and its values below each other. */
export function rowPrinter(print: (line: string) => void): (name: string, values: readonly string[]) => void {
  return (name, values) => {
    for (const [index, value] of values.entries()) print(`${(index === 0 ? name : "").padEnd(12)}${value}`);
  };
}

/** The settings behind an explanation, for people. */
export function settingsRows({
  settings,
  ignored,
}: ExplainedSettings): readonly (readonly [name: string, values: readonly string[]])[] {
  return [
    ["settings", settings.map(({ key, value, source }) => `${key} = ${JSON.stringify(value)} — ${source}`)],
    ["not counted", ignored.map(({ key, source, reason }) => `${key} of ${source}: ${reason}`)],
  ];
}
