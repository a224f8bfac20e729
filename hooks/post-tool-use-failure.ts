import { readFileSync, writeSync } from "node:fs";
import { isSandboxError } from "../src/core/errors.ts";
import { hostPath } from "../src/core/paths.ts";
import { nodeHost } from "../src/host/node-host.ts";
import { rememberingHost } from "../src/host/remembering-host.ts";
import { contextReply } from "../src/protocol/failure-event.ts";
import { answerFailure } from "../src/runtime/answer-failure.ts";
import { cachedReader } from "../src/runtime/cached-reader.ts";
import { findLaunch } from "../src/runtime/launch-store.ts";
import { locateSite } from "../src/runtime/site.ts";

/** The call is over; what cannot be explained is left as it is. */
function explain(): string | undefined {
  try {
    const host = rememberingHost(nodeHost(process.env));
    const site = locateSite(host, hostPath(process.argv[2] ?? __dirname));
    const reader = cachedReader(host, site);
    const projectFolder = process.env["CLAUDE_PROJECT_DIR"];
    const launcher = findLaunch(site.state, reader);
    return answerFailure(readFileSync(0, "utf8"), { host, site, reader, launcher, projectFolder });
  } catch (error) {
    // Settings that became invalid meanwhile: the next call says so.
    if (isSandboxError(error)) return undefined;
    throw error;
  }
}

writeSync(1, `${contextReply(explain())}\n`);
