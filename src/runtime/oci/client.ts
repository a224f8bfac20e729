import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { ContainerSpec } from "../../engine/oci/container-spec.ts";
import { EngineError, type FailureDetail } from "../../core/errors.ts";
import { PROGRAM_PATH } from "../../host/node-host.ts";

export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** The last line of what the client complained with. */
  readonly reason: string;
  readonly code: number | undefined;
}

export interface RunOptions {
  readonly input?: string;
  /** Called for every line of both streams. */
  readonly onLine?: (line: string) => void;
  readonly timeoutSeconds?: number;
}

/** The engine's own command line, as one object per container. */
export interface Client {
  /** The program and the words before every command. */
  readonly words: readonly string[];
  /** Runs a command of the engine; a failure is a value. */
  run(words: readonly string[], options?: RunOptions): Promise<Outcome>;
}

/** What the client may see of our environment; a repository's settings can set anything else. */
export function clientEnvironment(home: string, uid: number): Record<string, string> {
  const runtime = `/run/user/${uid}`;
  return {
    PATH: PROGRAM_PATH.join(":"),
    HOME: home,
    ...(existsSync(runtime) ? { XDG_RUNTIME_DIR: runtime } : {}),
  };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

/** The client that the specification names. */
export function openClient(spec: Pick<ContainerSpec, "client" | "home" | "user">): Client {
  const [program = "", ...globals] = spec.client;
  const env = clientEnvironment(spec.home.path, spec.user.uid);
  return {
    words: spec.client,
    run: async (words, options = {}) => {
      const child = execa(program, [...globals, ...words], {
        env,
        extendEnv: false,
        reject: false,
        cwd: "/",
        ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
        ...(options.timeoutSeconds === undefined ? {} : { timeout: options.timeoutSeconds * 1000 }),
        all: true,
      });
      if (options.onLine !== undefined) createInterface({ input: child.all }).on("line", options.onLine);
      const { failed, stdout, stderr, exitCode, shortMessage } = await child;
      const reason = failed ? lastLine(stderr) || (shortMessage ?? "") : "";
      return { ok: !failed, stdout, reason, code: exitCode };
    },
  };
}

/**
 * As `run`, but a failure is thrown with the client's reason.
 * @throws EngineError with the given code and hint
 */
export async function mustRun(
  client: Client,
  words: readonly string[],
  failure: FailureDetail,
  options?: RunOptions,
): Promise<string> {
  const outcome = await client.run(words, options);
  if (outcome.ok) return outcome.stdout;
  throw new EngineError({ ...failure, message: `${failure.message} (${outcome.reason})` });
}
