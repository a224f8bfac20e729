import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/core/audit.ts";
import { hostPath } from "../../../src/core/paths.ts";
import { appendToChain } from "../../../src/runtime/audit/append.ts";
import { auditPlace, type AuditPlace, type Digest } from "../../../src/runtime/audit/place.ts";
import { spoolEvent } from "../../../src/runtime/audit/spool.ts";
import { verifyChain } from "../../../src/runtime/audit/verify-chain.ts";

const digest: Digest = (text) => createHash("sha256").update(text).digest("hex");

function eventOf(number: number): AuditEvent {
  const id = number.toString(16).padStart(16, "0");
  return {
    id,
    time: "2026-01-31T08:00:00.000Z",
    event: "decision",
    decision: "sandbox",
    command: `echo ${number}`,
  };
}

function append(place: AuditPlace, numbers: readonly number[], maxBytes = 2000): void {
  appendToChain(place, numbers.map(eventOf), { maxBytes, digest });
}

function makePlace(root: string): AuditPlace {
  const place = auditPlace(hostPath(root));
  mkdirSync(place.spool, { recursive: true });
  return place;
}

const chainNames = (place: AuditPlace): string[] =>
  readdirSync(place.folder).filter((name) => name.endsWith(".jsonl"));

let folder: string;
let original: AuditPlace;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandhook-audit-"));
  original = makePlace(path.join(folder, "original"));
  for (let number = 1; number <= 30; number += 1) append(original, [number]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of the record that a change is made to. */
function withCopy<T>(work: (place: AuditPlace) => T): T {
  const root = mkdtempSync(path.join(folder, "copy-"));
  const place = makePlace(root);
  cpSync(original.folder, place.folder, { recursive: true });
  copyFileSync(original.head, place.head);
  try {
    return work(place);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const found = (place: AuditPlace): number => verifyChain(place, digest).findings.length;

interface Line {
  readonly file: string;
  readonly lines: readonly string[];
}

function linesOf(place: AuditPlace, pick: number): Line {
  const names = chainNames(place);
  const file = path.join(place.folder, names[pick % names.length] ?? "");
  return { file, lines: readFileSync(file, "utf8").split("\n").slice(0, -1) };
}

const write = (file: string, lines: readonly string[]): void => {
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
};

describe("the record of decisions", () => {
  it("is found unchanged, over several files", () => {
    expect(chainNames(original).length).toBeGreaterThan(2);
    expect(verifyChain(original, digest)).toMatchObject({ records: 30, findings: [] });
  });

  it("shows every changed byte", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (pick, at, change) => {
        withCopy((place) => {
          const { file } = linesOf(place, pick);
          const bytes = readFileSync(file);
          const position = at % bytes.length;
          bytes[position] = (bytes[position] ?? 0) ^ change;
          writeFileSync(file, bytes);
          expect(found(place)).toBeGreaterThan(0);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("shows every deletion, repetition and exchange of lines", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (pick, first, second) => {
        withCopy((place) => {
          const { file, lines } = linesOf(place, pick);
          const [one, other] = [first % lines.length, second % lines.length];
          write(
            file,
            lines.filter((_, index) => index !== one),
          );
          expect(found(place)).toBeGreaterThan(0);
          write(file, [...lines.slice(0, one + 1), ...lines.slice(one)]);
          expect(found(place)).toBeGreaterThan(0);
          if (one === other) return;
          const swapped = [...lines];
          [swapped[one], swapped[other]] = [lines[other] ?? "", lines[one] ?? ""];
          write(file, swapped);
          expect(found(place)).toBeGreaterThan(0);
          write(file, lines);
          expect(found(place)).toBe(0);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("shows every truncation, also when writing went on, and every lost file", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.boolean(), (pick, at, goesOn) => {
        withCopy((place) => {
          const { file } = linesOf(place, pick);
          const bytes = readFileSync(file);
          writeFileSync(file, bytes.subarray(0, at % bytes.length));
          if (goesOn) append(place, [31, 32]);
          expect(found(place)).toBeGreaterThan(0);
          rmSync(file);
          expect(found(place)).toBeGreaterThan(0);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("shows a lost head, and lines written behind it by somebody else", () => {
    withCopy((place) => {
      const { file, lines } = linesOf(place, chainNames(place).length - 1);
      write(file, [...lines, JSON.stringify({ ...eventOf(99), seq: 31, prev: "0".repeat(64) })]);
      append(place, [31]);
      expect(found(place)).toBeGreaterThan(0);
      rmSync(place.head);
      expect(verifyChain(place, digest).findings.at(-1)?.problem).toContain("head of the record is missing");
    });
  });

  it("is whole after a writer was killed between any two steps", () => {
    withCopy((place) => {
      const before = readFileSync(place.head, "utf8");
      spoolEvent(place, eventOf(40));
      append(place, [41]);
      // Killed after the chain: the head is the old one, and the spool has its file still.
      writeFileSync(place.head, before);
      spoolEvent(place, eventOf(40));
      append(place, [42]);
      const report = verifyChain(place, digest);
      expect(report).toMatchObject({ records: 33, findings: [] });
      expect(readdirSync(place.spool)).toEqual([]);
      // Killed in the middle of a line.
      const { file } = linesOf(place, chainNames(place).length - 1);
      writeFileSync(file, `${readFileSync(file, "utf8")}{"seq":34,"id":"00`);
      append(place, [43]);
      expect(verifyChain(place, digest)).toMatchObject({ records: 34, findings: [] });
      const all = chainNames(place).map((name) => readFileSync(path.join(place.folder, name), "utf8"));
      for (const number of [40, 41, 42, 43]) expect(all.join("").split(`"echo ${number}"`)).toHaveLength(2);
    });
  });
});
