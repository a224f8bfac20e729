import { renderEntry, type Destination, type Refusal } from "./decide-destination.ts";

function renderChange({ key, entry, code }: Refusal): string {
  if (code === "host-denied" || code === "address-denied")
    return `It can only be reached if ${key} stops naming it.`;
  if (entry === undefined) return `The setting that decides is ${key}.`;
  return `To allow it, a person adds ${JSON.stringify(entry)} to ${key} in the sandhook settings.`;
}

/**
 * The text that the refused client gets: which destination, why, by which rule, and the smallest change that would
 * allow it. The reader may be a model, so it also says that nothing was sent.
 */
export function renderRefusal(destination: Destination, refusal: Refusal): string {
  const rule = refusal.rule === undefined ? "" : ` (rule ${refusal.rule})`;
  return [
    `sandhook refused the connection to ${renderEntry(destination)}: ${refusal.reason}${rule}.`,
    `Nothing was sent. ${renderChange(refusal)}`,
    `code: network.${refusal.code}`,
    "",
  ].join("\n");
}
