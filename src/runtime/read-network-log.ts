import { readdirSync, readFileSync, statSync } from "node:fs";
import * as z from "zod";
import type { NetworkFolders } from "../core/network-place.ts";
import { joinHost } from "../core/paths.ts";

/** What is shown of a decision of the proxy. Hosts are what a command sent: hostile text. */
const networkEntry = z.object({
  time: z.string(),
  callId: z.string().optional().catch(undefined),
  decision: z.enum(["allow", "deny", "error"]),
  host: z.string(),
  port: z.number().optional().catch(undefined),
});

export type NetworkEntry = z.infer<typeof networkEntry>;

function parseLine(line: string): NetworkEntry[] {
  try {
    const entry = networkEntry.safeParse(JSON.parse(line));
    return entry.success ? [entry.data] : [];
  } catch {
    return []; // The last line of a log that is being written.
  }
}

/** Every decision of the proxy that is still in the logs, of all projects. */
export function readNetworkLog({ logs }: Pick<NetworkFolders, "logs">): readonly NetworkEntry[] {
  if (statSync(logs, { throwIfNoEntry: false }) === undefined) return [];
  const names = readdirSync(logs).filter((name) => /\.jsonl(\.old)?$/.test(name));
  return names.flatMap((name) => readFileSync(joinHost(logs, name), "utf8").split("\n")).flatMap(parseLine);
}
