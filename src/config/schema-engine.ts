import * as z from "zod";
import { variableSettings } from "./schema-grants.ts";

const size = z.union(
  [z.int().min(1), z.string().regex(/^[1-9]\d{0,14}[kmgt]?$/i, "expected a number with k, m, g or t")],
  "expected bytes, or a number with k, m, g or t",
);

const limits = {
  memory: size
    .optional()
    .describe(
      "Memory of everything in the container, in bytes, or with k, m, g or t (powers of 1024). Default: 80 % of the machine's.",
    )
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
    .describe("Processes and threads. Default: 8192.")
    .meta({ examples: [512] }),
  disk: size
    .optional()
    .describe(
      "What commands may write into the container itself, as `memory`; where the storage driver can. Default: no limit.",
    )
    .meta({ examples: ["20g"] }),
  ulimits: z
    .record(
      z.string().regex(/^[a-z]{1,16}$/, "expected the name of a limit, for example nofile"),
      z.union([z.int().min(0), z.strictObject({ soft: z.int().min(0), hard: z.int().min(0) })]),
    )
    .optional()
    .describe("Limits of each process, by the engine's names.")
    .meta({ default: {}, examples: [{ nofile: 65536 }] }),
};

const mount = z.strictObject({
  source: z.string().min(1).describe("Path on the host: absolute, `~/…`, or relative to the project."),
  target: z
    .string()
    .regex(/^\//, "expected an absolute path")
    .optional()
    .describe("Absolute path inside. Default: the same."),
  readOnly: z.boolean().optional().describe("Commands may not write it.").meta({ default: true }),
});

const sources = {
  image: z
    .string()
    .min(1)
    .optional()
    .describe("Image reference, digests allowed. Default: a Dockerfile.")
    .meta({ examples: ["node:24-bookworm"] }),
  dockerfile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Dockerfile that the image is built from: absolute, `~/…`, or relative to the project. Default: the bundled one.",
    )
    .meta({ examples: ["./.devcontainer/Dockerfile"] }),
  command: z
    .string()
    .regex(/^(\/[^\0]+|[A-Za-z0-9][A-Za-z0-9._-]*)$/, "expected a program's name or absolute path")
    .optional()
    .describe("A docker-compatible program that is used in place of `docker`. Never from a project.")
    .meta({ examples: ["nerdctl"] }),
  host: z
    .string()
    .regex(/^[a-z]+:\/\//, "expected an address, for example unix:///run/user/1000/docker.sock")
    .optional()
    .describe(
      "Address of docker's daemon, on this machine. Default: that of the docker context you chose. Never from a project.",
    )
    .meta({ examples: ["unix:///run/user/1000/docker.sock"] }),
  runtime: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "expected a runtime's name")
    .optional()
    .describe("OCI runtime that the engine knows. Default: the engine's own.")
    .meta({ examples: ["runsc"] }),
  startup: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Script that is sourced inside before every command: absolute, `~/…`, or relative to the project.",
    )
    .meta({ examples: ["~/.config/sandhook/startup.sh"] }),
};

const additions = {
  mounts: z
    .array(mount)
    .optional()
    .describe("Folders and files of the host that the container gets beside the project.")
    .meta({ default: [], examples: [[{ source: "~/datasets" }]] }),
  ports: z
    .array(
      z.string().regex(/^[0-9A-Fa-f.:[\]]+(\/(tcp|udp))?$/, "expected [address:]host:container[/protocol]"),
    )
    .optional()
    .describe("Ports that are published on the host, as `[address:]host:container[/protocol]`.")
    .meta({ default: [], examples: [["127.0.0.1:3000:3000"]] }),
  caches: z
    .array(z.string().regex(/^[a-z]{1,16}$/, "expected a cache's name, for example npm"))
    .optional()
    .describe("Package caches that all your projects share: `npm`, `pip`, `cargo`, `go`, `maven`.")
    .meta({ default: [], examples: [["npm"]] }),
  flags: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "Further arguments for creating the container, each as `--name=value`. One that can open the sandbox is refused unless `allowFlags` names it.",
    )
    .meta({ default: [], examples: [["--add-host=db.example.org:10.0.0.5"]] }),
  allowFlags: z
    .array(z.string().regex(/^--[a-z][a-z0-9-]*(=.*)?$/s, "expected --name or --name=value"))
    .optional()
    .describe("Dangerous flags that `flags` may hold, by name or as a whole. Never from a project.")
    .meta({ default: [], examples: [["--device=/dev/kvm"]] }),
  separate: z
    .array(
      z.string().regex(/^(?!\/|.*(^|\/)\.\.?(\/|$))[^\0]+$/, "expected a folder relative to the project"),
    )
    .optional()
    .describe(
      "Folders of the project that the container has to itself, so that what is built for another system stays apart.",
    )
    .meta({ default: [], examples: [["node_modules", ".venv"]] }),
  env: variableSettings
    .optional()
    .describe("Variables of the container itself.")
    .meta({ default: {}, examples: [{ NODE_ENV: "development" }] }),
  idleSeconds: z
    .int()
    .min(1)
    .optional()
    .describe("Time without a command after which the container stops, in seconds.")
    .meta({ default: 1800 }),
};

export const container = z
  .strictObject({ ...sources, ...additions, ...limits })
  .describe("The container engines: docker and podman.");

export const seatbelt = z
  .strictObject({
    profile: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected letters, digits, dots, dashes and underscores")
      .optional()
      .describe(
        "Set of rules: one of docs/SEATBELT.md, or the name of a file in `~/.config/sandhook/profiles`. Default: what fits the profile.",
      )
      .meta({ examples: ["restrictive-proxied"] }),
    toggles: z
      .array(z.enum(["pty", "keychain-read", "chromium", "simulator", "apple-events", "docker-socket"]))
      .optional()
      .describe("Further things of macOS that commands may use.")
      .meta({ default: [], examples: [["pty"]] }),
  })
  .describe("The engine of macOS, sandbox-exec.");

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
