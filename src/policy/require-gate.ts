import { isForeign } from "../config/opinions.ts";
import type { GateState } from "../config/protection.ts";
import { PolicyError } from "../core/errors.ts";

/**
 * A repository that puts a program of its own, or none, in the place of the user's shell gate: the hook is then the only
 * door, and the program hears of every line. Nothing runs until the user trusts what the project's files do.
 * @throws PolicyError `gate.replaced`
 */
export function requireGate(gate: GateState, trusted: boolean): void {
  if (gate.kind !== "replaced" || trusted || !isForeign(gate.scope)) return;
  throw new PolicyError({
    code: "gate.replaced",
    message: `${gate.file} sets CLAUDE_CODE_SHELL_PREFIX to ${JSON.stringify(gate.value)}, in the place of sandhook's shell gate`,
    hint: "Remove it there and start a new session; or, if you want what the project's files do, type: sandhook trust",
  });
}
