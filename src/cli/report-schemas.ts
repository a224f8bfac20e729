import * as z from "zod";

/** What `sandhook doctor --json` prints. */
export const doctorReport = z.strictObject({
  errors: z.int().min(0),
  warnings: z.int().min(0),
  repaired: z.array(z.string()),
  findings: z.array(
    z.strictObject({
      check: z.string(),
      code: z.string().regex(/^[a-z]+\.[a-z]+$/),
      level: z.enum(["ok", "note", "warning", "error"]),
      message: z.string().min(1),
      remedy: z.string().min(1).optional(),
      facts: z.looseObject({ kind: z.string() }),
    }),
  ),
});

export type DoctorReport = z.infer<typeof doctorReport>;

const attemptResult = z.strictObject({
  result: z.enum(["contained", "not contained", "not tried"]),
  reason: z.string().min(1).optional(),
});

/** What `sandhook verify --json` prints. */
export const verifyReport = z.strictObject({
  engines: z.array(z.strictObject({ engine: z.string(), failed: z.string().optional() })),
  notContained: z.array(z.string()),
  attempts: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z]+\.[A-Za-z0-9_-]+$/),
      topic: z.string(),
      title: z.string().min(1),
      control: z.boolean(),
      engines: z.record(z.string(), attemptResult),
    }),
  ),
});

export type VerifyReport = z.infer<typeof verifyReport>;
