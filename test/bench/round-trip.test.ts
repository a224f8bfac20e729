import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { NEWEST_RELEASE } from "../support/client-release.ts";
import { runClient } from "../support/client.ts";
import { engineAvailable } from "../support/engines.ts";
import { installProduct } from "../support/installed.ts";
import { bash } from "../support/script.ts";
import { makeTempHome, type TempHome } from "../support/temp-home.ts";

/** Part of `npm run bench`, never of `npm test`: it prints times and asserts only that every call ran. */
const CALLS = 20;
const WARM_UP = 4;
const ROUNDS = 2;

interface Arm {
  readonly name: string;
  readonly settings?: unknown;
  readonly prepare?: (user: TempHome) => void;
}

const ARMS: readonly Arm[] = [
  { name: "bare client" },
  { name: "native sandbox", settings: { sandbox: { enabled: true, autoAllowBashIfSandboxed: true } } },
  {
    name: "sandhook, bubblewrap",
    prepare: (user) => {
      installProduct(user, { engine: "bubblewrap" });
    },
  },
  ...(engineAvailable("docker")
    ? [
        {
          name: "sandhook, docker",
          prepare: (user: TempHome) => {
            installProduct(user, { engine: "docker" });
          },
        },
      ]
    : []),
];

/** Milliseconds from one request of the model's to the next, with one Bash call between them. */
async function measure({ settings, prepare }: Arm): Promise<number[]> {
  const user = makeTempHome({ git: true });
  prepare?.(user);
  const times: number[] = [];
  const run = await runClient({
    release: NEWEST_RELEASE,
    user,
    ...(settings === undefined ? {} : { settings }),
    script: ({ turn }) => {
      times.push(performance.now());
      return turn < CALLS ? { calls: [bash(`call-${turn}`, "echo ran")] } : { text: "done" };
    },
  });
  for (let turn = 1; turn < CALLS; turn += 1) {
    expect(run.results.get(`call-${turn}`)).toEqual({ text: "ran", isError: false });
  }
  return times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .slice(WARM_UP);
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * at)] ?? Number.NaN) * 10) / 10;
}

it("measures one Bash call through the real client", async () => {
  const samples = new Map<string, number[]>(ARMS.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const arm of ARMS) samples.get(arm.name)?.push(...(await measure(arm)));
  }
  const rows = [...samples].map(([name, times]) => ({
    name,
    n: times.length,
    median: quantile(times, 0.5),
    quartiles: [quantile(times, 0.25), quantile(times, 0.75)],
    ours: name.startsWith("sandhook"),
  }));
  const bare = rows[0]?.median ?? Number.NaN;
  for (const { name, median, n } of rows)
    console.log(`${name}: ${median} ms, ${(median - bare).toFixed(1)} over bare, n=${n}`);
  const out = process.env["SANDHOOK_BENCH_OUT"];
  if (out !== undefined) writeFileSync(out, JSON.stringify(rows));
}, 600_000);
