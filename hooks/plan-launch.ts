import { writeSync } from "node:fs";
import { renderFailure } from "../src/core/errors.ts";
import { planLaunch, renderLaunch } from "../src/install/launch/plan-launch.ts";

// Arguments: the process that becomes the client, then the words that a person typed. Answer: shell words for the
// launcher's script. Whatever fails, the client is not started.
try {
  const [, , pid = "", ...words] = process.argv;
  const plan = planLaunch({
    pid: Number(pid),
    words,
    variables: process.env,
    cwd: process.cwd(),
    node: process.execPath,
  });
  if (plan.notice !== undefined) writeSync(2, `${plan.notice}\n`);
  writeSync(1, renderLaunch(plan));
} catch (error) {
  writeSync(2, `sandhook: Claude Code was not started: ${renderFailure(error)}\n`);
  process.exitCode = 1;
}
