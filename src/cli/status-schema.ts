import * as z from "zod";

const sandbox = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("on"),
    engine: z.string(),
    profile: z.string(),
    network: z.strictObject({ mode: z.enum(["none", "allowlist", "open"]), reach: z.string() }),
  }),
  z.strictObject({ kind: z.literal("off"), reason: z.string() }),
  z.strictObject({ kind: z.literal("refused"), code: z.string(), reason: z.string() }),
]);

const ports = z.array(z.int().min(1).max(65_535));

/** What `sandhook status --json` prints. */
export const statusReport = z.strictObject({
  project: z.strictObject({
    folder: z.string(),
    sandbox,
    trust: z.enum(["nothing", "trusted", "changed", "untrusted"]).optional(),
  }),
  sessions: z.array(
    z.strictObject({ id: z.string(), project: z.string(), lastCall: z.iso.datetime(), gate: z.boolean() }),
  ),
  running: z.array(
    z.strictObject({
      job: z.string(),
      pid: z.int(),
      engine: z.string().optional(),
      since: z.iso.datetime(),
      project: z.string().optional(),
      command: z.string().optional(),
      processes: z.int(),
      listening: ports,
    }),
  ),
  containers: z.array(
    z.strictObject({
      name: z.string(),
      engine: z.string(),
      project: z.string(),
      running: z.boolean(),
      container: z.string().optional(),
      processes: z.array(z.string()),
      listening: ports,
      published: z.array(z.string()),
      problem: z.string().optional(),
    }),
  ),
  proxies: z.array(z.strictObject({ pid: z.int(), folder: z.string() })),
});

export type StatusReport = z.infer<typeof statusReport>;
