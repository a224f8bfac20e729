import { mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { NEWEST_RELEASE, fetchClient } from "./client-release.ts";
import type { ClientCommand } from "./client-release.ts";
import { isolateNetwork } from "./isolated-network.ts";
import { type Mount, withMounts } from "./managed-settings.ts";
import { startMessagesApi } from "./messages-api.ts";
import type { ApiOptions, ApiRequest, MessagesApi } from "./messages-api.ts";
import { spawnAndCollect } from "./spawn-and-collect.ts";
import type { Finished } from "./spawn-and-collect.ts";
import type { Route, Script, ToolResult } from "./script.ts";
import { writeFile } from "./temp-home.ts";
import type { TempHome } from "./temp-home.ts";

export type ClientOptions = {
  readonly release: string;
  readonly user: TempHome;
  readonly script: Script;
  /** Scripts of sub-agents, chosen by their first user message. */
  readonly routes?: readonly Route[];
  readonly prompt?: string;
  /** More arguments of the client. */
  readonly args?: readonly string[];
  /** More variables; the client's environment is otherwise empty but for the ones of `clientEnv`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to the user's settings.json. */
  readonly settings?: unknown;
  /** A folder that stands in for /etc/claude-code; see withMounts. */
  readonly managed?: string;
  /** With `managed`: a folder that stands in for /opt/sandhook. */
  readonly managedRuntime?: string;
  /** More mounts that the client alone sees. */
  readonly mounts?: readonly Mount[];
  /** Default: bypassPermissions. */
  readonly permissionMode?: "default" | "acceptEdits" | "bypassPermissions" | "dontAsk" | "plan";
  readonly allowedTools?: readonly string[];
  /** False leaves telemetry and feature flags on, as the Monitor tool needs; see needsPrivateNetwork. */
  readonly quiet?: boolean;
  /** A program that starts the client found as `claude` on PATH, and its words before the client's. */
  readonly through?: readonly string[];
  /** Where the client starts; default: the project. */
  readonly cwd?: string;
  /** Milliseconds before the client is killed and the run is an error; default 120000. */
  readonly timeout?: number;
};

/** One line of the client's stream-json output. */
type StreamMessage = Readonly<Record<string, unknown>>;

export type ClientRun = Finished & {
  readonly results: ReadonlyMap<string, ToolResult>;
  readonly requests: readonly ApiRequest[];
  readonly messages: readonly StreamMessage[];
};

/** Runs the real client of a release in print mode against a loopback API that plays the script. */
export async function runClient(options: ClientOptions): Promise<ClientRun> {
  const client = await fetchClient(options.release);
  if (options.settings !== undefined) {
    writeFile(join(options.user.home, ".claude", "settings.json"), options.settings);
  }
  const socket = needsPrivateNetwork(options) ? join(options.user.root, "api.sock") : undefined;
  const api = await startMessagesApi(apiOptions(options, socket));
  try {
    const started = await spawnClient(commandLine(client, options, { port: api.port, socket }), options, api);
    const messages = parseStream(started.stdout);
    return { ...started, messages, results: api.results, requests: api.requests };
  } finally {
    await api.close();
  }
}

/**
 * The newest release, kept quiet, connects to its API and nothing else, and shares the host's network, as podman needs
 * it. 2.0.76 looks up api.anthropic.com whatever its variables say; it and others run in a network of their own.
 */
function needsPrivateNetwork({ release, quiet = true }: ClientOptions): boolean {
  return !quiet || release !== NEWEST_RELEASE;
}

function apiOptions(options: ClientOptions, socket: string | undefined): ApiOptions {
  return {
    main: options.script,
    ...(options.routes && { routes: options.routes }),
    ...(socket !== undefined && { socket }),
  };
}

/** The client's arguments, inside the namespaces that the options ask for. */
function commandLine(
  client: ClientCommand,
  options: ClientOptions,
  api: { readonly port: number; readonly socket: string | undefined },
): ClientCommand {
  const tools = options.allowedTools ?? [];
  const args = [...client.args, "-p", options.prompt ?? "go", "--output-format", "stream-json", "--verbose"];
  args.push("--permission-mode", options.permissionMode ?? "bypassPermissions");
  if (tools.length > 0) args.push(`--allowedTools=${tools.join(",")}`);
  args.push(...(options.args ?? []));
  const [file = client.file, ...words] = options.through ?? [];
  const bare = { file, args: options.through === undefined ? args : [...words, ...args] };
  const mounted = withMounts(bare, mountsOf(options));
  return api.socket === undefined ? mounted : isolateNetwork(mounted, { port: api.port, socket: api.socket });
}

function mountsOf({ managed, managedRuntime, mounts = [] }: ClientOptions): readonly Mount[] {
  return [
    ...(managed === undefined ? [] : [{ source: managed, place: "/etc/claude-code" }]),
    ...(managedRuntime === undefined ? [] : [{ source: managedRuntime, place: "/opt/sandhook" }]),
    ...mounts,
  ];
}

/** The whole environment a client gets: nothing of the caller's but PATH. */
export function clientEnv(user: TempHome, port: number): Readonly<Record<string, string>> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: user.home,
    USER: userInfo().username,
    SHELL: "/bin/bash",
    TERM: "xterm",
    LANG: "C.UTF-8",
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    ANTHROPIC_API_KEY: "sk-mock-not-real",
    DISABLE_AUTOUPDATER: "1",
  };
}

/** The variables that keep a client from calling anybody but its API. They also switch the Monitor tool off. */
export const QUIET_ENV = {
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
} as const;

function spawnClient(command: ClientCommand, options: ClientOptions, api: MessagesApi): Promise<Finished> {
  const env = {
    ...clientEnv(options.user, api.port),
    ...(options.quiet === false ? {} : QUIET_ENV),
    // Without it the client refuses bypassPermissions to root.
    ...(process.getuid?.() === 0 && { IS_SANDBOX: "1" }),
    ...options.env,
  };
  const cwd = options.cwd ?? options.user.project;
  mkdirSync(cwd, { recursive: true });
  return spawnAndCollect(command, { env, cwd, timeout: options.timeout ?? 120_000 });
}

function parseStream(stdout: string): readonly StreamMessage[] {
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as StreamMessage);
}
