import { renderFailure } from "../core/errors.ts";
import { client } from "./checks/client.ts";
import { config } from "./checks/config.ts";
import { disk } from "./checks/disk.ts";
import { engines } from "./checks/engines.ts";
import { gate } from "./checks/gate.ts";
import { hooks } from "./checks/hooks.ts";
import { jobs } from "./checks/jobs.ts";
import { managed } from "./checks/managed.ts";
import { nativeSandbox } from "./checks/native-sandbox.ts";
import { node } from "./checks/node.ts";
import { otherHooks } from "./checks/other-hooks.ts";
import { plugin } from "./checks/plugin.ts";
import { proxy } from "./checks/proxy.ts";
import { resident } from "./checks/resident.ts";
import { runtime } from "./checks/runtime.ts";
import type { Check, DoctorContext } from "./context.ts";
import type { Fact } from "./fact.ts";
import { wordFact } from "./wording.ts";
import type { Words } from "./words.ts";

/** In the order in which they are shown: what everything else stands on comes first. */
const CHECKS: readonly Check[] = [
  client,
  runtime,
  node,
  hooks,
  gate,
  plugin,
  managed,
  otherHooks,
  nativeSandbox,
  config,
  engines,
  proxy,
  resident,
  jobs,
  disk,
];

/** One fact of one check, in words. */
export interface Finding extends Words {
  readonly check: string;
  readonly code: Fact["kind"];
  readonly facts: Fact;
}

/** Makes every check. One that breaks is a finding of its own and keeps none of the others from being made. */
export async function diagnose(context: DoctorContext): Promise<readonly Finding[]> {
  const made = CHECKS.map(async ({ name, find }) => {
    const facts = await attempt(name, async () => find(context));
    return facts.map((fact) => ({ check: name, code: fact.kind, ...wordFact(fact), facts: fact }));
  });
  return (await Promise.all(made)).flat();
}

async function attempt(check: string, find: () => Promise<readonly Fact[]>): Promise<readonly Fact[]> {
  try {
    return await find();
  } catch (error) {
    return [{ kind: "check.failed", check, reason: renderFailure(error) }];
  }
}
