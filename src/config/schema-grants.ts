import * as z from "zod";

const PATHS = "Paths: absolute, `~/…`, or relative to the project; a trailing `/**` is the folder itself.";

const paths = (what: string, example: readonly string[]) =>
  z
    .array(z.string().min(1))
    .optional()
    .describe(`${what} ${PATHS}`)
    .meta({ default: [], examples: [example] });

export const filesystem = z
  .strictObject({
    allowWrite: paths("What commands may write beyond the project.", ["~/.npm"]),
    denyWrite: paths("What commands may not write. Wins over `allowWrite`.", ["./migrations"]),
    denyRead: paths("What commands may not see.", ["./.env"]),
    allowRead: paths(
      "What commands may see although it is hidden: as a secret, or by a `denyRead` of the same file or a weaker one.",
      ["~/.config/gh"],
    ),
  })
  .describe("What commands may read and write beyond, or short of, the profile.");

const domains = (what: string, example: readonly string[]) =>
  z
    .array(z.string().min(1))
    .optional()
    .describe(what)
    .meta({ default: [], examples: [example] });

const port = z.int().min(1).max(65535);

const mode = z.enum(["none", "allowlist", "open"]);

const networkObject = z.strictObject({
  mode: mode
    .optional()
    .describe(
      "`none`: no network at all. `allowlist`: only what is listed, through a proxy. `open`: the host's network. `allowlist` when domains or presets are given.",
    )
    .meta({ default: "allowlist" }),
  allowedDomains: domains("Hosts that may be reached: `example.org`, `*.example.org`, `host:port`.", [
    "registry.npmjs.org",
  ]),
  deniedDomains: domains("Hosts that may not be reached. Wins over every permission.", ["*.example.net"]),
  presets: domains(
    "Names of groups of hosts, for example `npm`. Not written: `github`, and those of the ecosystems whose files the project has.",
    ["npm", "github"],
  ),
  allowLocalhost: z
    .union([z.boolean(), z.array(port)])
    .optional()
    .describe("The host's own loopback: every port, none, or these ports.")
    .meta({ default: false }),
  allowedPorts: z
    .array(port)
    .optional()
    .describe("Ports that a domain without a port means.")
    .meta({ default: [80, 443] }),
  parentProxy: z
    .string()
    .regex(/^https?:\/\//, "expected a URL that starts with http:// or https://")
    .optional()
    .describe("URL of the proxy that our own proxy sends everything to. Default: none.")
    .meta({ examples: ["http://proxy.example.org:3128"] }),
  proxyCommand: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      "Program and arguments that carry each permitted connection by their standard input and output, run outside the sandbox. `%h` is the host, `%p` the port. Default: none.",
    )
    .meta({ examples: [["/usr/bin/ssh", "-W", "%h:%p", "bastion.example.org"]] }),
});

export const network = z
  .union([mode, networkObject])
  .describe(
    'What commands may reach. The texts `"none"`, `"allowlist"` and `"open"` are short for `{ "mode": … }`.',
  )
  .meta({ default: "allowlist" });

const variablePattern = z
  .string()
  .regex(/^[A-Za-z_*][A-Za-z0-9_*]*$/, "expected a variable name, in which * stands for any characters");

/** The runner's own names are in lower case, and these would act on the host before the sandbox stands. */
const SETTABLE =
  /^(?!(LD_|DYLD_|SANDHOOK_|GCONV_PATH$|BASH_ENV$|ENV$|HOME$|IFS$|PS4$|SHELLOPTS$|BASHOPTS$))(?=.*[A-Z])[A-Za-z_][A-Za-z0-9_]*$|^(https?|ftp|all|no)_proxy$/;

export const variableSettings = z.record(
  z
    .string()
    .regex(
      SETTABLE,
      "expected a variable that may be set: one with a capital letter, and none of the loader's or shell's own",
    ),
  z.string().regex(/^[^\0]*$/, "expected no NUL character"),
);

export const environment = z
  .strictObject({
    pass: z
      .array(variablePattern)
      .optional()
      .describe(
        "Variables that reach the command although they look like secrets. A `deny` in any file wins.",
      )
      .meta({ default: [], examples: [["GITHUB_TOKEN"]] }),
    set: variableSettings
      .optional()
      .describe("Variables that are set inside the sandbox.")
      .meta({ default: {}, examples: [{ CI: "1" }] }),
    deny: z
      .array(variablePattern)
      .optional()
      .describe("Further variables that do not reach the command.")
      .meta({ default: [], examples: [["*_SECRET"]] }),
  })
  .describe("Environment variables of commands.");
