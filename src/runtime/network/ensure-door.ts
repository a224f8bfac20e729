import { type ChildProcess, spawn } from "node:child_process";
import type { HostPath } from "../../core/paths.ts";
import { EngineError } from "../../core/errors.ts";
import { PROGRAM_PATH } from "../../host/node-host.ts";
import { withDeadline } from "../proxy/with-deadline.ts";
import { type DoorRequest, requestDoor } from "./control.ts";

const START_MS = 30_000;

/** The first line that the started proxy prints: `ready`, or why it did not start. */
function firstWords(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.stdout?.once("data", (chunk: Buffer) => {
      resolve(chunk.toString().trim());
    });
    child.once("exit", (code) => {
      resolve(`it ended with ${code ?? "a signal"}`);
    });
  });
}

/** Starts the proxy with a session of its own and none of our descriptors, so that it outlives the call. */
async function startProxy(run: HostPath, program: string): Promise<void> {
  const child = spawn(process.execPath, [program, "serve", run], {
    detached: true,
    cwd: "/",
    env: { PATH: PROGRAM_PATH.join(":") },
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.unref();
  const words = await withDeadline(firstWords(child), START_MS);
  child.stdout.destroy();
  if (words === "ready") return;
  throw new EngineError({
    code: "network.proxy-not-started",
    message: `the network proxy could not be started (${words})`,
    hint: "To see what is wrong, type: sandhook doctor",
  });
}

/**
 * Sees to it that the proxy runs and has a door for the project; idempotent. The caller holds the folder's lock, so that
 * two calls start one proxy; the folder exists.
 * @throws EngineError `network.*`
 */
export async function ensureDoor(run: HostPath, program: string, request: DoorRequest): Promise<void> {
  if ((await requestDoor(run, request)) === "open") return;
  await startProxy(run, program);
  if ((await requestDoor(run, request)) === "open") return;
  throw new EngineError({
    code: "network.proxy-gone",
    message: "the network proxy ended right after its start",
    hint: "To see what is wrong, type: sandhook doctor",
  });
}
