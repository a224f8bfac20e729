import * as z from "zod";

/** What `sandhook audit verify --json` prints. */
export const auditVerifyReport = z.strictObject({
  records: z.int().min(0),
  files: z.int().min(0),
  /** SHA-256 of the last line. */
  head: z.string().regex(/^[0-9a-f]{64}$/),
  findings: z.array(
    z.strictObject({ file: z.string(), line: z.int().min(1).optional(), problem: z.string().min(1) }),
  ),
});

/** What `sandhook managed verify --json` prints. */
export const managedVerifyReport = z.strictObject({
  ok: z.boolean(),
  findings: z.array(z.strictObject({ path: z.string(), problem: z.string().min(1) })),
});

/** What `sandhook network show --json` prints; the parent's address is `set` at most. */
export const networkShowReport = z.strictObject({
  mode: z.enum(["none", "allowlist", "open"]),
  rules: z
    .looseObject({
      allowedDomains: z.array(z.string()),
      deniedDomains: z.array(z.string()),
      presets: z.array(z.string()),
      allowedPorts: z.array(z.int()),
    })
    .optional(),
});

/** What `sandhook learn --json` prints. */
export const learnReport = z.strictObject({
  proposals: z.array(
    z.looseObject({ entry: z.string(), host: z.string(), port: z.int(), times: z.int().min(1) }),
  ),
});
