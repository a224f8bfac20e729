import { defineConfig } from "vitest/config";

const suite = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 600_000 },
});

export default defineConfig({
  test: {
    projects: [
      suite("unit", 20_000),
      suite("engines", 120_000),
      suite("boundary", 120_000),
      suite("install", 120_000),
      suite("e2e", 300_000),
      suite("docs", 20_000),
      // Prints times; run by `npm run bench` alone.
      ...(process.env["SANDHOOK_BENCH"] === undefined ? [] : [suite("bench", 600_000)]),
    ],
  },
});
