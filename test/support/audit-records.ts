import type { AuditRecord } from "../../src/core/audit.ts";
import { runSandhook } from "./installed.ts";
import type { TempHome } from "./temp-home.ts";

/** The audit record of a test's user, with what waited for its place. */
export function auditRecords(user: TempHome, ...filters: readonly string[]): AuditRecord[] {
  const lines = runSandhook(user, ["audit", "--json", ...filters]).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as AuditRecord);
}
