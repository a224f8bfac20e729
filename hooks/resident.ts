import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { serveEvents } from "../src/runtime/resident/serve.ts";

/**
 * resident LIBEXEC LIBEXEC_REAL IDENTITY: started by native/start.c, in the folder of its socket and with its lock. It
 * ends by itself once it has listened for nothing long enough; whoever misses it takes the slow path.
 */
const [libexec = "", libexecReal = "", identity = ""] = process.argv.slice(2);
const secret = randomBytes(16).toString("hex");
const home = process.env["HOME"] ?? "";

serveEvents({ libexec, libexecReal, identity, home, secret }).catch((error: unknown) => {
  writeSync(2, `sandhook: ${String(error)}\n`);
  process.exitCode = 1;
});
