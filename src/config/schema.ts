import * as z from "zod";
import { audit, container, seatbelt } from "./schema-engine.ts";
import { environment, filesystem, network } from "./schema-grants.ts";

const engine = z
  .enum(["auto", "bubblewrap", "docker", "podman", "seatbelt"])
  .describe(
    "Which engine runs the commands. `auto`: Seatbelt on macOS, bubblewrap on Linux, or a container engine when an image is named.",
  )
  .meta({ default: "auto" });

const profileName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "expected lower-case letters, digits and hyphens")
  .describe(
    "Name of a profile: `workspace-write`, `read-only`, `strict`, `open-network`, or one of your own.",
  )
  .meta({ default: "workspace-write", examples: ["strict"] });

const toolchain = z.strictObject({
  path: z.string().min(1).describe("Folder: absolute, `~/…`, or relative to the project."),
  for: z.string().min(1).describe("The tool that needs it."),
});

const profile = z
  .strictObject({
    description: z.string().optional().describe("One sentence for people."),
    extends: profileName
      .optional()
      .describe("The profile whose values count where this one says nothing. Lists add up."),
    workspace: z
      .enum(["write", "read-only"])
      .optional()
      .describe("`read-only`: commands can write nothing but their temporary folder."),
    reads: z
      .enum(["host", "listed"])
      .optional()
      .describe(
        "`host`: everything that is not hidden can be read. `listed`: only the project, the system's programs and `toolchains`.",
      ),
    toolchains: z
      .array(toolchain)
      .optional()
      .describe("What can be read beside the project when `reads` is `listed`."),
    filesystem: filesystem.optional(),
    network: network.optional(),
    env: environment.optional(),
    seatbelt: seatbelt.optional(),
  })
  .describe("A named set of values.");

const commandRule = z
  .strictObject({
    match: z
      .string()
      .min(1)
      .describe("Pattern of a command, written as in a Bash permission rule: `gh *`, `npm test`, `make:*`."),
    engine: engine.optional(),
    profile: profileName.optional(),
    network: network.optional(),
  })
  .describe("Another engine, profile or network for some commands.");

/** The key `sandhook` of a settings.json file, as people write it. Strict: an unknown key is an error. */
export const sandhookSchema = z
  .strictObject({
    enabled: z.boolean().optional().describe("Sandbox the commands.").meta({ default: true }),
    mechanism: z
      .enum(["auto", "rewrite", "gate"])
      .optional()
      .describe(
        "How a command gets into the sandbox. `rewrite`: the hook replaces it. `gate`: the hook decides and the shell gate wraps it, so that prompts, plan mode and the reading of exit codes see the original; refused in a session without the gate. `auto`: rewrites, and leaves to the gate what a rewrite would harm: plan mode, calls that ask, programs whose exit code 1 is no failure (grep, diff, test).",
      )
      .meta({ default: "auto" }),
    engine: engine.optional(),
    profile: profileName.optional(),
    autoAllow: z
      .boolean()
      .optional()
      .describe(
        "Run sandboxed commands without a prompt unless a deny or ask rule matches. Never in plan mode.",
      )
      .meta({ default: true }),
    filesystem: filesystem.optional(),
    network: network.optional(),
    env: environment.optional(),
    container: container.optional(),
    seatbelt: seatbelt.optional(),
    excludedCommands: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "Patterns of commands that run outside the sandbox, as far as `unsandboxed` says so, written as in a Bash permission rule. Counts only when every command of the line matches and nothing of it is decided when it runs: no expansion or substitution, file name pattern, assignment, background job or redirection to a file. Never in plan mode.",
      )
      .meta({ default: [], examples: [["docker compose *"]] }),
    commands: z
      .array(commandRule)
      .optional()
      .describe(
        "Another engine, profile or network for some commands. Of managed rules, and of the others, the first that matches every command of the line applies; one that matches only some of them can only narrow.",
      )
      .meta({ default: [], examples: [[{ match: "gh *", network: "open" }]] }),
    unsandboxed: z
      .enum(["deny", "ask", "allow"])
      .optional()
      .describe(
        "What a call with `dangerouslyDisableSandbox`, or of `excludedCommands`, means. `deny`: it runs sandboxed all the same. `ask`: you are asked whether it may run outside. `allow`: it runs outside, with Claude Code's own prompt unless a rule of yours allows it. Always `deny` in plan mode, and while a project that you do not trust sets environment variables. Every run outside is recorded.",
      )
      .meta({ default: "deny" }),
    audit: audit.optional(),
    tools: z
      .boolean()
      .optional()
      .describe(
        "Hold Claude Code's own file and web tools to the same filesystem and network policy as commands.",
      )
      .meta({ default: true }),
    profiles: z
      .record(profileName, profile)
      .optional()
      .describe("Profiles of your own, by name. The names that come with sandhook are taken.")
      .meta({ default: {}, examples: [{ ci: { extends: "strict", network: { presets: ["npm"] } } }] }),
  })
  .describe("Settings of sandhook: the key `sandhook` in Claude Code's settings.json files.");

/** One profile in a file of its own. */
export const profileSchema = profile;

export type SandhookSettings = z.infer<typeof sandhookSchema>;
export type ProfileDefinition = z.infer<typeof profileSchema>;
export type CommandRule = z.infer<typeof commandRule>;
export type MountSetting = NonNullable<NonNullable<SandhookSettings["container"]>["mounts"]>[number];
