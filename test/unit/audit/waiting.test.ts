import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AuditEvent } from "../../../src/core/audit.ts";
import { type HostPath, hostPath } from "../../../src/core/paths.ts";
import { auditPlace } from "../../../src/runtime/audit/place.ts";
import { recordEvent } from "../../../src/runtime/audit/record-event.ts";
import { verifyChain } from "../../../src/runtime/audit/verify-chain.ts";
import { readNewest } from "../../../src/runtime/audit/read-records.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

function makeState(): HostPath {
  const folder = mkdtempSync(path.join(tmpdir(), "sandhook-waiting-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return hostPath(folder);
}

function record(state: HostPath, number: number, required = false): void {
  const event: AuditEvent = {
    id: number.toString(16).padStart(16, "0"),
    time: new Date(1_800_000_000_000 + number).toISOString(),
    event: "decision",
    command: `echo ${number}`,
  };
  recordEvent(state, event, { settings: { required, commands: "text", maxBytes: 10_000 }, digest });
}

const seen = (state: HostPath): (string | undefined)[] =>
  readNewest(auditPlace(state), { bytes: 1_000_000, files: 9 }).map(({ command }) => command);

const chained = (state: HostPath): number => verifyChain(auditPlace(state), digest).records;

describe("a decision's record", () => {
  it("waits for the chain, in which every one has its place once, in order", () => {
    const state = makeState();
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    for (const number of numbers) {
      record(state, number);
      expect(seen(state)).toEqual(numbers.slice(0, number + 1).map((each) => `echo ${each}`));
      expect(chained(state) + readdirSync(auditPlace(state).spool).length).toBe(number + 1);
    }
    expect(chained(state)).toBe(50);
    expect(verifyChain(auditPlace(state), digest).findings).toEqual([]);
  });

  it("has its place at once where config requires it, and takes along what waits", () => {
    const state = makeState();
    record(state, 1);
    expect(chained(state)).toBe(0);
    record(state, 2, true);
    expect(chained(state)).toBe(2);
    expect(seen(state)).toEqual(["echo 1", "echo 2"]);
  });
});
