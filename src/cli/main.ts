import path from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { isLaunch, runClaude } from "./claude-command.ts";
import { installContext } from "./install-context.ts";
import { buildProgram } from "./program.ts";

/** The built product that this file is part of. */
const folder = path.dirname(fileURLToPath(import.meta.url));

const context = installContext({ folder, version: manifest.version });
const words = process.argv.slice(2);
if (isLaunch(words)) await runClaude(words.slice(1), context);
else await buildProgram(context).parseAsync();
