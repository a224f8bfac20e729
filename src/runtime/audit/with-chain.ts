import { mkdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { EngineError } from "../../core/errors.ts";
import { appendToChain } from "./append.ts";
import { whenFree } from "./lock.ts";
import { DEFAULT_AUDIT } from "./record-event.ts";
import type { AuditPlace, Digest } from "./place.ts";

/** A writer holds the lock for a millisecond; who waits longer than this waits for something that is broken. */
const PATIENCE_MS = 10_000;

/**
 * Puts what waits into the chain and then does the work, while no hook writes.
 * @throws EngineError `audit.busy`
 */
export async function withChain<T>(place: AuditPlace, digest: Digest, work: () => T): Promise<T> {
  mkdirSync(place.spool, { recursive: true, mode: 0o700 });
  const limit = Date.now() + PATIENCE_MS;
  for (;;) {
    const done = whenFree(place.lock, () => {
      appendToChain(place, [], { maxBytes: DEFAULT_AUDIT.maxBytes, digest });
      return { value: work() };
    });
    if (done !== undefined) return done.value;
    if (Date.now() > limit) {
      throw new EngineError({
        code: "audit.busy",
        message: `the audit record is being written for more than ${PATIENCE_MS / 1000} s`,
        hint: `Who holds it: readlink ${place.lock}`,
      });
    }
    await pause(20);
  }
}
