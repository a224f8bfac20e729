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
