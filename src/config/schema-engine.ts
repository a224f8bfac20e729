import * as z from "zod";

export const container = z
  .strictObject({
    image: z
      .string()
      .min(1)
      .optional()
      .describe("Image reference, digests allowed. Default: the bundled Dockerfile.")
      .meta({ examples: ["node:24-bookworm"] }),
    dockerfile: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Dockerfile that the image is built from: absolute, `~/…`, or relative to the project. Default: the bundled one.",
      )
      .meta({ examples: ["./.devcontainer/Dockerfile"] }),
  })
  .describe("Settings of the container engines.");

export const limits = z
  .strictObject({
    memory: z
      .union([z.int().min(1), z.string().regex(/^[1-9]\d{0,14}[kmgt]?$/i, "expected a number with k, m, g or t")])
      .optional()
      .describe("Memory for everything in the sandbox, in bytes, or with k, m, g or t (powers of 1024). Default: no limit.")
      .meta({ examples: ["4g"] }),
    cpus: z
      .number()
      .positive()
      .optional()
      .describe("Processors, fractions allowed. Default: no limit.")
      .meta({ examples: [2] }),
    pids: z
      .int()
      .min(1)
      .optional()
      .describe("Processes and threads. Default: no limit.")
      .meta({ examples: [512] }),
  })
  .describe("Resource limits. An engine that cannot enforce one refuses the command.");

export const audit = z
  .strictObject({
    required: z
      .boolean()
      .optional()
      .describe("Refuse commands when the record cannot be written.")
      .meta({ default: false }),
    commands: z
      .enum(["text", "hash"])
      .optional()
      .describe("What is recorded of a command: its text, or only its SHA-256.")
      .meta({ default: "text" }),
    maxBytes: z
      .int()
      .min(4096)
      .optional()
      .describe("Size at which the record is rotated, in bytes.")
      .meta({ default: 10_485_760 }),
  })
  .describe("The record of decisions and runs.");
