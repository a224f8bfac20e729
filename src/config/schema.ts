import * as z from "zod";

const pathList = z
  .array(z.string().min(1))
  .describe("Paths: absolute, `~/…`, or relative to the project. Default: [].");

const filesystem = z
  .strictObject({
    allowWrite: pathList.optional(),
    denyWrite: pathList.optional(),
    allowRead: pathList.optional(),
    denyRead: pathList.optional(),
  })
  .describe("What commands may read and write beyond, or short of, the profile.");

const container = z
  .strictObject({
    image: z
      .string()
      .min(1)
      .optional()
      .describe("Image reference, digests allowed. Default: the bundled Dockerfile."),
  })
  .describe("Settings of the container engines.");

/** The key `sandhook` of a settings.json file, as people write it. Strict: an unknown key is an error. */
export const sandhookSchema = z.strictObject({
  enabled: z.boolean().optional().describe("Sandbox the commands. Default: true."),
  engine: z
    .enum(["auto", "bubblewrap", "docker", "podman", "seatbelt"])
    .optional()
    .describe("Which engine runs the commands. Default: auto."),
  autoAllow: z
    .boolean()
    .optional()
    .describe("Run sandboxed commands without a prompt unless a deny or ask rule matches. Default: true."),
  filesystem: filesystem.optional(),
  network: z
    .enum(["none", "open"])
    .optional()
    .describe("`none`: no network at all. `open`: the host's network. Default: none."),
  container: container.optional(),
});

export type SandhookSettings = z.infer<typeof sandhookSchema>;
