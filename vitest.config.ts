import { defineConfig } from "vitest/config";

/** `retry`: suites of real engines and clients share their machine with daemons; see scripts/second-tries.mjs. */
const suite = (name: string, testTimeout: number, retry = 0) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 600_000, retry },
});

export default defineConfig({
  test: {
    // Suites of engines and clients wait more than they compute: two at once, also on a machine with two processors.
    maxWorkers: 2,
    projects: [
      suite("unit", 60_000),
      suite("engines", 120_000, 2),
      suite("boundary", 120_000, 1),
      suite("install", 120_000, 1),
      suite("e2e", 300_000, 2),
      suite("docs", 60_000),
      // Prints times; run by `npm run bench` alone.
      ...(process.env["SANDHOOK_BENCH"] === undefined ? [] : [suite("bench", 600_000)]),
    ],
  },
});
