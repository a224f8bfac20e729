import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ClientRun, runClient } from "../../support/client.ts";
import { bash } from "../../support/script.ts";
import type { FailureMode } from "./failure-mode.ts";
import { type CellScope, makeGround } from "./ground.ts";

/**
 * What became of the commands: something ran outside, they ran inside, they were refused, or the client did not start or
 * sent no prompt. `+ foreign code`: a process of the client's own ran code of the repository.
 */
export type Fate = "OUTSIDE" | "inside" | "refused" | "no session";
export type Outcome = Fate | `${Fate} + foreign code`;

export interface Played {
  readonly outcome: Outcome;
  readonly run: ClientRun;
}

/** Plays one failure mode on one release: three commands, each of which leaves the canary if it can. */
export async function playCell(mode: FailureMode, release: string, scope: CellScope): Promise<Played> {
  const ground = makeGround(
    release,
    scope,
    mode.engine === "none" ? undefined : (mode.engine ?? "bubblewrap"),
  );
  mode.prepare?.(ground);
  const { user, canary, foreignCode, machine } = ground;
  const leave = `touch '${canary}'`;
  const script = [
    { calls: [bash("background", `${leave}; echo > ran-background`, { run_in_background: true })] },
    { calls: [bash("plain", `${leave}; echo > ran-plain`)] },
    { calls: [bash("piped", `echo x | tee '${canary}'; echo > ran-piped`)] },
  ];
  const run = await runClient({ release, user, script, ...machine, ...mode.client?.(ground) });
  const ran = ["background", "plain", "piped"].some((id) => existsSync(join(user.project, `ran-${id}`)));
  const sent = run.results.size > 0 ? "refused" : "no session";
  const fate: Fate = existsSync(canary) ? "OUTSIDE" : ran ? "inside" : sent;
  return { outcome: existsSync(foreignCode) ? `${fate} + foreign code` : fate, run };
}
