import { mkdirSync, writeSync } from "node:fs";
import { renderFailure } from "../src/core/errors.ts";
import { type HostPath, hostPath } from "../src/core/paths.ts";
import { nodeHost } from "../src/host/node-host.ts";
import type { DoorRequest } from "../src/runtime/network/control.ts";
import { ensureDoor } from "../src/runtime/network/ensure-door.ts";
import { handOverListener } from "../src/runtime/network/namespace.ts";
import { startResident } from "../src/runtime/network/resident.ts";

const PROGRAM = __filename;

/** Works in the run folder: a socket's path holds 103 bytes, which from here are enough for any home. */
function enter(run: string): HostPath {
  mkdirSync(run, { recursive: true, mode: 0o700 });
  process.chdir(run);
  return hostPath(run);
}

/**
 * The network's slow path: `ensure RUN KIND KEY [STATE]` for the runner, `serve RUN` is the resident proxy, and
 * `listen PORT` its half inside a namespace.
 */
async function main([verb, run = "", kind = "", key = "", state]: readonly string[]): Promise<void> {
  switch (verb) {
    case "ensure": {
      const request = { kind, key, ...(state === undefined ? {} : { state }) } as DoorRequest;
      return ensureDoor(enter(run), PROGRAM, request);
    }
    case "listen":
      return handOverListener(Number(run));
    case "serve": {
      const bubblewrap = nodeHost({ HOME: "/" }).findProgram("bwrap");
      const { ended } = await startResident({ run: enter(run), program: PROGRAM, bubblewrap });
      writeSync(1, "ready\n");
      return ended;
    }
    case undefined:
    default:
      throw new Error(`unknown verb ${verb ?? ""}`);
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    writeSync(
      process.argv[2] === "serve" ? 1 : 2,
      `sandhook: the command was not run: ${renderFailure(error)}\n`,
    );
    process.exit(125);
  },
);
