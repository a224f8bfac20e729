import { readFileSync, writeSync } from "node:fs";
import { renderFailure } from "../src/core/errors.ts";
import { hostPath } from "../src/core/paths.ts";
import { nodeHost } from "../src/host/node-host.ts";
import { isValidReply } from "../src/protocol/hook-output.ts";
import { answerToolCall } from "../src/runtime/answer-tool-call.ts";
import { cachedReader } from "../src/runtime/cached-reader.ts";
import { locateSite } from "../src/runtime/site.ts";

/** Well below the timeout that is registered with Claude Code, which would let the call run. */
const DEADLINE_MS = 20_000;

/** Exit code 2 refuses the call on every release, whatever was printed. */
function refuse(message: string): never {
  writeSync(2, `sandhook: the command was not run: ${message}\n`);
  process.exit(2);
}

setTimeout(() => refuse("the hook took too long"), DEADLINE_MS).unref();
try {
  const libexec = hostPath(process.argv[2] ?? __dirname);
  const host = nodeHost(process.env);
  const site = locateSite(host, libexec);
  const reply = answerToolCall(readFileSync(0, "utf8"), {
    host,
    site,
    reader: cachedReader(host, site),
    projectFolder: process.env["CLAUDE_PROJECT_DIR"],
  });
  if (!isValidReply(reply)) refuse("the hook's answer does not have the documented form");
  writeSync(1, `${JSON.stringify(reply)}\n`);
  process.exit(0);
} catch (error) {
  refuse(renderFailure(error));
}
