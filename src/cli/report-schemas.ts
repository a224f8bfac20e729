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

const names = z.array(z.string());

const explainedSettings = {
  settings: z.array(z.strictObject({ key: z.string(), value: z.unknown(), source: z.string() })),
  ignored: z.array(z.strictObject({ key: z.string(), source: z.string(), reason: z.string() })),
};

/** What `sandhook explain --json` prints. */
export const explainReport = z.strictObject({
  command: z.string(),
  tool: z.string(),
  project: z.string(),
  verdict: z.strictObject({
    kind: z.enum(["sandbox", "outside", "refuse", "pass"]),
    permission: z.enum(["allow", "ask", "undecided"]).optional(),
    code: z.string().optional(),
    reason: z.string(),
    hint: z.string().optional(),
  }),
  rule: z
    .strictObject({
      behavior: z.enum(["deny", "ask", "allow"]),
      rule: z.string(),
      source: z.string(),
      part: z.string().optional(),
    })
    .optional(),
  engine: z.string().optional(),
  considered: z.array(z.strictObject({ engine: z.string(), available: z.boolean(), reasons: names })),
  mounts: z.array(
    z.strictObject({
      path: z.string(),
      view: z.enum(["read-only", "writable", "empty-file", "empty-folder"]),
    }),
  ),
  environment: z.strictObject({ passed: names, withheld: names, set: names }).optional(),
  network: z.enum(["none", "allowlist", "open"]).optional(),
  limits: z.record(z.string(), z.unknown()),
  ...explainedSettings,
  line: z.string().optional(),
});

/** What `sandhook explain --tool … --json` prints. */
export const explainToolReport = z.strictObject({
  tool: z.string(),
  target: z.string(),
  verdict: z.strictObject({
    kind: z.enum(["pass", "ask", "refuse"]),
    code: z.string(),
    reason: z.string(),
    rule: z.string().optional(),
    key: z.string().optional(),
    change: z.string().optional(),
    /** Words after `sandhook allow`. */
    allow: names.optional(),
  }),
  places: names,
  ...explainedSettings,
});

/** What `sandhook why --json` prints. */
export const whyReport = z.strictObject({
  id: z.string(),
  toolUseId: z.string().optional(),
  time: z.string(),
  tool: z.string(),
  project: z.string(),
  subject: z.string(),
  decision: z.enum(["allow", "ask", "deny", "undecided"]),
  refused: z.boolean(),
  code: z.string().optional(),
  reason: z.string(),
  /** Words after `sandhook allow`. */
  allow: z.array(z.string()).optional(),
});

export type WhyReport = z.infer<typeof whyReport>;

/** What `sandhook trust --show --json` prints; values are JSON texts. */
export const trustReport = z.strictObject({
  project: z.string(),
  state: z.enum(["nothing", "trusted", "changed", "untrusted"]),
  changes: z.array(
    z.strictObject({
      key: z.string(),
      from: z.array(z.string()),
      to: z.array(z.string()),
      source: z.string(),
    }),
  ),
  files: z.array(z.string()),
});

export type TrustReport = z.infer<typeof trustReport>;
